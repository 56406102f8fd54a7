// The tools that a server has, for `policy lint`: as a file has them, as the server says, or as they are pinned.

import { McpGuardError } from "../errors.ts";
import type { ListedTool, Policy } from "../policy/mod.ts";
import { besidePolicy } from "../policy_file.ts";
import { argumentNames } from "../proxy/tool_book.ts";
import { readPins } from "../state/mod.ts";
import { JsonError, JsonObject, type JsonValue, parseJson } from "../wire/mod.ts";
import { shown } from "./arguments.ts";
import { askServer } from "./ask_server.ts";
import { UsageError } from "./exit.ts";
import type { Output } from "./output.ts";
import { describeServer, readServerIfAny } from "./server_options.ts";
import type { Given } from "./spec.ts";

/** Tools, and where they are known from. */
export interface KnownTools {
  /** The tools, names as the policy has them. */
  tools: readonly ListedTool[];
  /** For people. */
  source: string;
}

/**
 * Finds out which tools there are.
 *
 * @param file The policy file's name.
 * @param policy The policy.
 * @param given `--tools`, `--target`, or a command after the file.
 * @param output Told what goes on, where a person watches.
 * @returns The tools, or null where nothing says which there are.
 * @throws {UsageError} When what is named cannot be read or asked.
 */
export async function knownTools(
  file: string,
  policy: Policy,
  given: Given,
  output: Output,
): Promise<KnownTools | null> {
  const listed = given.text("tools");
  const server = readServerIfAny({ ...given, operands: given.operands.slice(1) });
  if (server !== null) {
    if (listed !== undefined) {
      throw new UsageError("--tools and a server to ask exclude each other");
    }
    if (policy.upstreams.length > 0) {
      throw new UsageError("the policy names the servers in `upstreams`; pin them to compare it");
    }
    const offer = await askServer(server, output, policy.limits);
    return { tools: offer.tools.flatMap(listedTool), source: describeServer(server) };
  }
  if (listed !== undefined) return { tools: await readTools(listed), source: listed };
  return policy.pins === null ? null : pinnedTools(besidePolicy(policy.pins.file, file));
}

/** Tools as a server lists them: its answer, the result in it, or the list itself. */
async function readTools(file: string): Promise<ListedTool[]> {
  let tree: JsonValue;
  try {
    tree = parseJson(await Deno.readFile(file), { bytes: 16 << 20, tokens: 1_000_000 });
  } catch (error) {
    const why = error instanceof JsonError ? error.message : "it cannot be read";
    throw new UsageError(`--tools ${shown(file)}: ${why}`);
  }
  const inside = (key: string): void => {
    const found = tree instanceof JsonObject ? tree.get(key) : undefined;
    if (found !== undefined) tree = found;
  };
  inside("result");
  inside("tools");
  if (!Array.isArray(tree)) {
    throw new UsageError(`--tools ${shown(file)}: it holds no list of tools`);
  }
  return tree.flatMap(listedTool);
}

/** What is pinned; null where nothing is yet. */
function pinnedTools(lock: string): KnownTools | null {
  try {
    const tools = [...readPins(lock)?.pins.tool ?? []].flatMap(([name, { definition }]) =>
      listedTool(definition).map((one) => ({ ...one, name }))
    );
    return tools.length === 0 ? null : { tools, source: lock };
  } catch (error) {
    throw new UsageError(
      error instanceof McpGuardError ? error.message : `${shown(lock)} cannot be read`,
    );
  }
}

function listedTool(tool: JsonValue): ListedTool[] {
  const name = tool instanceof JsonObject ? tool.get("name") : undefined;
  if (!(tool instanceof JsonObject) || typeof name !== "string") return [];
  return [{ name, arguments: argumentNames(tool.get("inputSchema")) }];
}
