// What may ride in `_meta` of a client's message: the protocol's own members, trace context, and names of vendors.

import { JsonObject } from "./value.ts";

/** Members without a prefix that the protocol knows, and those of W3C trace context (MCP 2026-07-28, basic). */
const PLAIN: ReadonlySet<string> = new Set([
  "progressToken",
  "traceparent",
  "tracestate",
  "baggage",
]);
/** The protocol's own prefix; every other one with such a label is reserved and used by nobody (MCP 2025-11-25, basic). */
const OWN = "io.modelcontextprotocol";
const RESERVED: ReadonlySet<string> = new Set(["modelcontextprotocol", "mcp"]);

/** Whether a member may stay. */
function isFit(name: string): boolean {
  const slash = name.indexOf("/");
  // A plain word could be taken for a parameter by whoever stands behind; with a dot it is a vendor's.
  if (slash < 0) return PLAIN.has(name) || name.includes(".");
  const prefix = name.slice(0, slash);
  return prefix === OWN ||
    !prefix.toLowerCase().split(".").some((label) => RESERVED.has(label));
}

/**
 * Takes out of a client's message what rides in its `_meta` under a name that is nobody's: plain words such as `tool`,
 * which a router behind the guard might obey, and prefixes that MCP reserves for itself.
 *
 * @param params The parameters; changed.
 * @returns The names of what was taken out.
 *
 * @example
 * ```ts
 * import { stripMeta } from "./meta.ts";
 * import { JsonObject } from "./value.ts";
 * import { expect } from "expect";
 *
 * const meta = new JsonObject(["tool", "com.example/trace"], ["delete_file", "t"]);
 * expect(stripMeta(new JsonObject(["_meta"], [meta]))).toEqual(["tool"]);
 * expect(meta.keys).toEqual(["com.example/trace"]);
 * ```
 */
export function stripMeta(params: JsonObject | undefined): string[] {
  const meta = params?.get("_meta");
  if (!(meta instanceof JsonObject)) return [];
  const unfit = meta.keys.filter((name) => !isFit(name));
  if (unfit.length > 0) meta.deleteAll(new Set(unfit));
  return unfit;
}
