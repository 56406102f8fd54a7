// The real program as a proxy in front of a target, for tests of its listeners.

import { policyFile } from "./policy.ts";
import type { RunningProcess } from "./process.ts";
import { startProgram } from "./program.ts";

/** A running guard. */
export interface GuardProgram extends AsyncDisposable {
  /** The process. */
  process: RunningProcess;
  /** Where it listens, e.g. `http://127.0.0.1:41234`, without a slash at the end. */
  origin: string;
  /** The port. */
  port: number;
}

/**
 * Starts `mcpguard proxy` on a free port.
 *
 * @param policy The policy's text.
 * @param target The server's address; null where the policy names several.
 * @param more Further arguments.
 * @param env Variables of the program's environment.
 * @returns The running guard; disposing of it kills it.
 */
export async function startGuard(
  policy: string,
  target: string | null,
  more: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<GuardProgram> {
  const file = await policyFile(policy);
  const server = target === null ? [] : ["--target", target];
  const args = ["--policy", file.path, ...server, "--port", "0", "--admin", "off"];
  try {
    const { process, url } = await startProgram(["proxy", ...args, ...more], { env });
    const { host, port } = new URL(url);
    return {
      process,
      origin: `http://${host}`,
      port: Number(port),
      [Symbol.asyncDispose]: async () => {
        await process[Symbol.asyncDispose]();
        await file[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}
