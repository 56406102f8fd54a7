// Tool arguments that a server wants repeated in headers: `x-mcp-header` in a tool's schema asks for `Mcp-Param-*`
// (MCP 2026-07-28, transports/streamable-http). The body is what counts: headers are made from it, or held against it.

import {
  type JsonLimits,
  JsonNumber,
  JsonObject,
  type JsonValue,
  parseJson,
} from "../../wire/mod.ts";
import { decodeHeaderValue, encodeHeaderValue, type Header } from "./http_connector_headers.ts";

/** Where a value stands in the arguments, and the header that repeats it. */
interface Mirrored {
  path: readonly string[];
  header: string;
}

/** Tools that are remembered. */
const MAX_TOOLS = 4096;

/** Headers of one tool. */
const MAX_HEADERS = 32;

/** Properties of one tool's schema that are looked at. */
const MAX_PROPERTIES = 4096;

/** What the tools of one server want in headers. */
export class ParamHeaders {
  readonly #tools = new Map<string, Mirrored[]>();

  /**
   * Learns from a list of tools; a page adds to those before it.
   *
   * @param tools The `tools` of a result.
   */
  learn(tools: JsonValue | undefined): void {
    if (!Array.isArray(tools)) return;
    for (const tool of tools) {
      if (!(tool instanceof JsonObject)) continue;
      const name = tool.get("name");
      if (typeof name !== "string") continue;
      this.#tools.delete(name);
      const found = mirroredOf(tool.get("inputSchema"));
      if (found.length > 0 && this.#tools.size < MAX_TOOLS) this.#tools.set(name, found);
    }
  }

  /**
   * The headers for one call.
   *
   * @param tool The tool's name.
   * @param text The whole message.
   * @param limits Bounds for reading it.
   * @returns The headers; none for a tool that asks for none.
   */
  headersFor(tool: string, text: string, limits: Partial<JsonLimits>): Header[] {
    const wanted = this.#tools.get(tool);
    if (wanted === undefined) return [];
    const message = parseJson(text, limits);
    const given = member(member(message, "params"), "arguments");
    const headers: Header[] = [];
    for (const { path, header } of wanted) {
      let value: JsonValue | undefined = given;
      for (const key of path) value = member(value, key);
      const shown = textOf(value);
      if (shown !== undefined) headers.push([`Mcp-Param-${header}`, encodeHeaderValue(shown)]);
    }
    return headers;
  }
}

/**
 * The headers that go to the server: for a client over HTTP its own ones, less those that the body contradicts. A lie
 * is not passed on to whoever may believe it, nor mended, so that the server misses the header and refuses the call.
 *
 * @param own What the body says.
 * @param given What the client sent along; undefined where it came over a transport without headers.
 * @returns What the server gets.
 */
export function agreed(own: readonly Header[], given: readonly Header[] | undefined): Header[] {
  if (given === undefined) return [...own];
  const said = new Map(own.map(([name, value]) => [name.toLowerCase(), decodeHeaderValue(value)]));
  return given.filter(([name, value]) => {
    const lower = name.toLowerCase();
    return !said.has(lower) || said.get(lower) === decodeHeaderValue(value.trim());
  });
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return value instanceof JsonObject ? value.get(key) : undefined;
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return value instanceof JsonNumber ? value.raw : undefined;
}

/** Annotated properties that a chain of `properties` reaches; a stack instead of recursion, as schemas may be deep. */
function mirroredOf(schema: JsonValue | undefined): Mirrored[] {
  const found: Mirrored[] = [];
  const names = new Set<string>();
  const open: { schema: JsonValue | undefined; path: readonly string[] }[] = [{ schema, path: [] }];
  let looked = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const properties = member(next.schema, "properties");
    if (!(properties instanceof JsonObject)) continue;
    for (let i = 0; i < properties.keys.length; i++) {
      if (++looked > MAX_PROPERTIES || found.length >= MAX_HEADERS) return found;
      const path = [...next.path, properties.keys[i]!];
      const property = properties.values[i];
      const header = member(property, "x-mcp-header");
      if (typeof header === "string" && /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(header)) {
        const folded = header.toLowerCase();
        if (!names.has(folded)) found.push({ path, header });
        names.add(folded);
      }
      if (path.length < 32) open.push({ schema: property, path });
    }
  }
  return found;
}
