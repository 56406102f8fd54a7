// `mcpguard check`: asks the policy about one call. No credentials, no token spent, no audit written.

import { CallGuard } from "../guard/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { JsonError, JsonObject, parseJson, toPlain } from "../wire/mod.ts";
import { idlePorts } from "./idle_ports.ts";
import { decisionLines, exitOf } from "./decision_text.ts";
import { UsageError } from "./exit.ts";
import type { Output } from "./output.ts";

/** Options of the command. */
export interface CheckOptions {
  /** The policy file. */
  policy: string;
  /** The tool. */
  tool: string;
  /** The prompt, or `-` for standard input. */
  prompt?: string;
  /** Who asks. */
  identity?: string;
  /** URIs the call uses. */
  resource: string[];
  /** Arguments as a JSON object. */
  args?: string;
  /** Machine-readable output. */
  json?: boolean;
  /** Every stage. */
  explain?: boolean;
}

/** The longest prompt read from standard input, bytes. */
const MAX_STDIN = 16 << 20;

/** Runs the command and returns the exit code. */
export async function check(options: CheckOptions, output: Output): Promise<number> {
  const policy = parsePolicy(await readPolicyText(options.policy), options.policy);
  const prompt = options.prompt === "-" ? await readStdin() : options.prompt;
  const guard = new CallGuard(policy, idlePorts());
  const full = guard.explain({
    tool: options.tool,
    ...(options.identity === undefined ? {} : { identity: options.identity }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(options.resource.length === 0 ? {} : { resources: options.resource }),
    ...(options.args === undefined ? {} : { arguments: readArguments(options.args) }),
  });
  const { stages, ...short } = full;
  const decision = options.explain === true ? full : short;
  if (options.json === true) output.line(JSON.stringify(decision));
  else for (const line of decisionLines(decision, output.colour)) output.line(line);
  return exitOf(full);
}

function readArguments(text: string): Record<string, unknown> {
  try {
    const tree = parseJson(text);
    if (tree instanceof JsonObject) return toPlain(tree) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new UsageError(`--args is refused (${error.code}): ${error.message}`);
  }
  throw new UsageError("--args must be a JSON object");
}

async function readStdin(): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of Deno.stdin.readable) {
    length += chunk.length;
    if (length > MAX_STDIN) throw new UsageError(`the prompt is larger than ${MAX_STDIN} bytes`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError("the prompt on standard input is not valid UTF-8");
  }
}
