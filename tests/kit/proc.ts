// Whether a process is still there, for tests of what a program leaves behind. Linux: another
// program reads /proc, since Deno's permission to read does not cover it.

/** How long a process may take to end, ms: generous, for slow machines. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 10;

/**
 * Says whether a process runs; one that only waits to be reaped does not.
 *
 * @param pid Its process id.
 * @returns True while it runs.
 */
export async function runs(pid: number): Promise<boolean> {
  const stat = await procText(pid, "stat");
  return stat !== null && !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}

/**
 * Reads a file of a process in /proc.
 *
 * @param pid Its process id.
 * @param name The file, e.g. `status`.
 * @returns Its text, or null when there is no such process.
 */
export async function procText(pid: number, name: "stat" | "status"): Promise<string | null> {
  const { success, stdout } = await new Deno.Command("cat", {
    args: [`/proc/${pid}/${name}`],
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout) : null;
}

/**
 * Waits until none of these runs.
 *
 * @param pids Process ids.
 * @throws {Error} When one still runs after 30 s; it is killed then.
 */
export async function ended(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (const pid of pids) {
    if (!Number.isInteger(pid) || pid < 2) throw new Error(`no process id: ${pid}`);
    while (await runs(pid)) {
      if (performance.now() > deadline) {
        Deno.kill(pid, "SIGKILL");
        throw new Error(`process ${pid} still runs`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
