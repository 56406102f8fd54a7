// Asks a policy about one call, for `mcpguard check` and `mcpguard explain`: no credentials, no token spent, no record.

import { collect } from "../collect.ts";
import { CallGuard, type Decision } from "../guard/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import type { Policy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { clientJsonLimits } from "../proxy/reading.ts";
import { JsonError, JsonObject, parseJson } from "../wire/mod.ts";
import { UsageError } from "./exit.ts";
import { idlePorts } from "./idle_ports.ts";
import type { Given } from "./spec.ts";

/** The longest prompt read from standard input, bytes. */
const MAX_STDIN = 16 << 20;

/**
 * Asks about the call that the options describe.
 *
 * @param given What the user gave.
 * @returns The decision with every stage.
 * @throws {UsageError} For a call that no message could carry.
 */
export async function askPolicy(given: Given): Promise<Decision> {
  const file = given.text("policy")!;
  const policy = parsePolicy(await readPolicyText(file), file);
  const args = given.text("args");
  const call = args === undefined ? undefined : readCallArguments(args, policy);
  const roles = given.all("role");
  const identity = given.text("identity") ?? (roles.length > 0 ? "anonymous" : undefined);
  const prompt = given.text("prompt") === "-" ? await readStdin() : given.text("prompt");
  const resources = given.all("resource");
  try {
    return new CallGuard(policy, idlePorts()).explain({
      tool: given.text("tool")!,
      ...(identity === undefined ? {} : { identity, roles }),
      ...(prompt === undefined ? {} : { prompt }),
      ...(resources.length === 0 ? {} : { resources }),
      ...(call === undefined ? {} : { arguments: call }),
    });
  } catch (error) {
    // A call that no frame could carry, e.g. with too many resources, is bad usage.
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
}

/** The arguments under the limits that a message has at the proxy. */
function readCallArguments(text: string, policy: Policy): JsonObject {
  try {
    const tree = parseJson(text, clientJsonLimits(policy.limits));
    if (tree instanceof JsonObject) return tree;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new UsageError(`--args is refused (${error.code}): ${error.message}`);
  }
  throw new UsageError("--args must be a JSON object");
}

async function readStdin(): Promise<string> {
  const bytes = await collect(
    Deno.stdin.readable,
    MAX_STDIN,
    () => new UsageError(`the prompt on standard input is larger than ${MAX_STDIN} bytes`),
  );
  try {
    // The decoder would drop a byte order mark; the prompt is judged as it is.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError("the prompt on standard input is not valid UTF-8");
  }
}
