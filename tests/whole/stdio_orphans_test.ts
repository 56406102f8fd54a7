// Nothing is left of a server and its children, however the guard ends (STD-009).

import { expect } from "expect";
import { ended, runs } from "../kit/proc.ts";
import { RunningProcess } from "../kit/process.ts";

const GUARD = new URL("../fixtures/stdio_guard.ts", import.meta.url).pathname;
const TREE = new URL("../fixtures/stdio_tree.sh", import.meta.url).pathname;

interface Tree {
  guard: RunningProcess;
  /** Everybody: the server, its children, its grandchild, and the leader. */
  pids: number[];
  server: number;
  leader: number;
}

/** Starts a guard with a server of that manner. */
async function start(how: "bind" | "look", manner: string): Promise<Tree> {
  const guard = new RunningProcess(
    [Deno.execPath(), "run", "--quiet", "-A", GUARD, how, "sh", TREE, manner],
    { stdin: "open" },
  );
  const pids: number[] = [];
  for (const pattern of [/^(\d+)$/, /^(\d+) (\d+) (\d+)$/]) {
    const [, ...found] = await guard.line(pattern, "stdout");
    pids.push(...found.map(Number));
  }
  const stat = await new Deno.Command("cat", { args: [`/proc/${pids[1]}/stat`] }).output();
  const fields = new TextDecoder().decode(stat.stdout).replace(/^.*\) /, "").split(" ");
  const leader = Number(fields[1]); // the server's parent
  pids.push(leader);
  for (const pid of pids) expect([pid, await runs(pid)]).toEqual([pid, true]);
  return { guard, pids, server: pids[1]!, leader };
}

/** The exit code of a guard that ends by itself. */
async function exitCode(guard: RunningProcess): Promise<number> {
  const timer = setTimeout(() => guard.kill("SIGKILL"), 30_000);
  const { code, signal } = await guard.exit;
  clearTimeout(timer);
  expect(signal).toBe(null);
  return code;
}

for (const how of ["bind", "look"] as const) {
  for (const manner of ["polite", "rude", "deaf"]) {
    Deno.test(`kill -9 of the guard leaves nothing of a ${manner} server (${how})`, async () => {
      const { guard, pids } = await start(how, manner);
      await guard.stop("SIGKILL");
      await ended(pids);
    });
  }
}

Deno.test("SIGTERM of the guard leaves nothing of a rude server", async () => {
  const { guard, pids } = await start("bind", "rude");
  expect((await guard.stop("SIGTERM")).code).toBe(143);
  await ended(pids);
});

Deno.test("the end of the guard's input leaves nothing of a deaf server", async () => {
  const { guard, pids } = await start("bind", "deaf");
  await guard.endInput();
  expect(await exitCode(guard)).toBe(137);
  await ended(pids);
});

Deno.test("the guard ends with a server that is killed, and leaves nothing of its children", async () => {
  const { guard, pids, server } = await start("bind", "polite");
  Deno.kill(server, "SIGKILL");
  expect(await exitCode(guard)).toBe(137);
  await ended(pids);
});

Deno.test("a leader that is killed takes its server along", async () => {
  const { guard, pids, server, leader } = await start("bind", "polite");
  Deno.kill(leader, "SIGKILL");
  expect(await exitCode(guard)).toBe(137);
  await ended([server]); // its input ends; of its children nobody knows any more
  for (const pid of pids) if (await runs(pid)) Deno.kill(pid, "SIGKILL");
});

Deno.test("a line goes through a guard with its own standard input and output", async () => {
  const { guard, pids } = await start("bind", "polite");
  await guard.write('{"a":"é😀"}\r\n{"b":2}\n');
  await guard.line(/^\{"a":"é😀"\}\r$/, "stdout");
  await guard.line(/^\{"b":2\}$/, "stdout");
  await guard.endInput();
  expect(await exitCode(guard)).toBe(0);
  await ended(pids);
});
