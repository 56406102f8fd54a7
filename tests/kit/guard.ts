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
 * @param target The server's address.
 * @param more Further arguments.
 * @returns The running guard; disposing of it kills it.
 */
export async function startGuard(
  policy: string,
  target: string,
  more: readonly string[] = [],
): Promise<GuardProgram> {
  const file = await policyFile(policy);
  const args = ["--policy", file.path, "--target", target, "--port", "0", "--admin", "off"];
  try {
    const { process, url } = await startProgram(["proxy", ...args, ...more]);
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
