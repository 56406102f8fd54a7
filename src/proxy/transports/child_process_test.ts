import { expect } from "expect";
import { ended, runs } from "../../../tests/kit/proc.ts";
import { type ChildOptions, spawnChild } from "./child_process.ts";
import { listenTo } from "./stdio_testkit.ts";
import { UpstreamError } from "./upstream_error.ts";

const TREE = new URL("../../../tests/fixtures/stdio_tree.sh", import.meta.url).pathname;

/** Both ways of a leader to learn of a death. */
const WAYS = [true, false];

function shell(script: string, options: Partial<ChildOptions> = {}): ChildOptions {
  return { command: "sh", args: ["-c", script], ...options };
}

/** What `spawnChild` fails with. */
async function failure(options: ChildOptions): Promise<UpstreamError> {
  try {
    const child = await spawnChild(options);
    child.close(1000, "");
    await child.closed;
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new Error("the child has started");
}

/** The process ids that the tree says. */
function pidsOf(messages: readonly string[]): number[] {
  return messages.slice(0, 2).join(" ").split(" ").map(Number);
}

Deno.test("spawnChild() speaks both ways, and tells the exit code in words", async () => {
  const child = await spawnChild(shell('read -r line; echo "$line!"; exit 3'));
  const told = listenTo(child);
  expect([child.transport, child.remote]).toEqual(["stdio", "sh"]);
  expect(child.send('{"id":1}')).toBe(true);
  expect(await told.closed).toEqual({
    ...{ code: 1006, reason: "the server exited with code 3", local: false },
  });
  expect(told.messages).toEqual(['{"id":1}!']);
  expect(await child.exited).toEqual({ code: 3, text: "the server exited with code 3" });
  await child.closed;
});

Deno.test("spawnChild() tells a child's death by signal in words (STD-007)", async () => {
  for (const launcher of ["group", "direct"] as const) {
    const child = await spawnChild(shell("read -r line; kill -KILL $$", { launcher }));
    const told = listenTo(child);
    child.send("{}");
    expect(await told.closed).toMatchObject({
      ...{ code: 1006, local: false, reason: "the server was ended by SIGKILL" },
    });
    expect(await child.exited).toMatchObject({ code: 137, signal: "SIGKILL" });
    await child.closed;
  }
});

Deno.test("spawnChild() delivers what a child has said before it died, all of it", async () => {
  const script = 'i=0; while [ $i -lt 20000 ]; do echo "{\\"n\\":$i}"; i=$((i+1)); done; exit 1';
  const child = await spawnChild(shell(script));
  const told = listenTo(child, {}, (text) => {
    if (text === '{"n":19000}') child.pause(); // the rest is in the pipe, so that it can end
  });
  await child.exited;
  await new Promise((resolve) => setTimeout(resolve, 300)); // longer than lastWordsMs
  expect(told.events).toEqual([]);
  child.resume();
  await told.closed;
  expect(told.messages).toEqual(Array.from({ length: 20_000 }, (_, n) => `{"n":${n}}`));
  await child.closed;
});

Deno.test("spawnChild() delivers last words also when it is started after the child's end", async () => {
  const child = await spawnChild(shell("echo 1; echo 2"));
  await child.exited;
  await new Promise((resolve) => setTimeout(resolve, 300)); // longer than lastWordsMs
  const told = listenTo(child);
  expect((await told.closed).reason).toBe("the server exited with code 0");
  expect(told.messages).toEqual(["1", "2"]);
  await child.closed;
});

Deno.test("spawnChild() does not wait for a grandchild that keeps the output open", async () => {
  const child = await spawnChild(shell("trap '' TERM; sleep 1000 & echo $!; exit 4"));
  const told = listenTo(child);
  const { reason } = await told.closed;
  expect(reason).toBe("the server exited with code 4");
  const pid = Number(told.messages[0]);
  expect(await runs(pid)).toBe(true); // told before the pipe was closed
  await ended([pid]);
  await child.closed;
});

Deno.test("a pause holds the child back: its pipe fills and it blocks", async () => {
  const script = "i=0; while [ $i -lt 30000 ]; do echo 0123456789; i=$((i+1)); done; echo end >&2";
  const errors: string[] = [];
  const child = await spawnChild(shell(script, { onStderr: (line) => errors.push(line) }));
  const told = listenTo(child, {}, () => told.messages.length === 1 && child.pause());
  await told.messagesAre(1);
  const held = await Promise.race([
    child.exited.then(() => "ended"),
    new Promise((resolve) => setTimeout(() => resolve("held"), 300)),
  ]);
  // 64 KiB in the pipe and one chunk of as much: far from 330,000 bytes
  expect([held, errors, told.messages.length < 12_000]).toEqual(["held", [], true]);
  child.resume();
  await told.closed;
  await child.closed;
  expect([told.messages.length, errors]).toEqual([30_000, ["end"]]);
});

Deno.test("a child that reads nothing holds the sender back, and costs bounded memory (STD-011)", async () => {
  const child = await spawnChild(shell("sleep 1000", {
    limits: { highWaterBytes: 10_000, hardCapBytes: 50_000, closeMs: 10, eofMs: 10 },
  }));
  const told = listenTo(child);
  let accepted = 0;
  while (child.send("x".repeat(1000)) && accepted < 1000) accepted++;
  expect(accepted).toBeLessThan(1000);
  for (let i = 0; i < 1000; i++) child.send("x".repeat(1000));
  expect(child.bufferedBytes).toBeLessThan(52_000);
  expect(await told.closed).toMatchObject({ code: 1013, violation: "stdio.slow_reader" });
  // Which of the two it takes is a matter of how busy the machine is.
  expect(await child.exited).toMatchObject({ signal: expect.stringMatching(/^SIG(TERM|KILL)$/) });
  await child.closed;
});

Deno.test("messages of 200 kB from many senders never mix (STD-014)", async () => {
  const child = await spawnChild({ command: "cat", limits: { hardCapBytes: 20_000_000 } });
  const told = listenTo(child);
  const texts = Array.from(
    { length: 50 },
    (_, i) => JSON.stringify(String(i % 10).repeat(200_000)),
  );
  await Promise.all(texts.map(async (text, i) => {
    await new Promise((resolve) => setTimeout(resolve, i % 3));
    child.send(text);
  }));
  await told.messagesAre(50);
  expect(told.messages.toSorted()).toEqual(texts.toSorted());
  child.close(1000, "done");
  await child.closed;
});

Deno.test("a server's line that is too long is dropped and told; the next one passes", async () => {
  const script = "head -c 5000 /dev/zero | tr '\\0' x; echo; echo ok; printf torn";
  const child = await spawnChild(shell(script, { limits: { messageBytes: 100 } }));
  const told = listenTo(child, { onViolation: true });
  expect(await told.closed).toMatchObject({ code: 1006, violation: "stdio.truncated" });
  expect([told.messages, told.events]).toEqual([["ok"], ["stdio.message_too_big", "close"]]);
  await child.closed;
});

Deno.test("the child sees its environment and nothing else of the guard's (STD-012)", async () => {
  const planted: Record<string, string> = {
    ...{ PATH: Deno.env.get("PATH")!, HOME: "/home/h", LANG: "C.UTF-8", TOKEN: "passed on" },
    ...{ MCPGUARD_SIGNING_KEY: "secret", REDIS_PASSWORD: "secret", LD_PRELOAD: "/tmp/x.so" },
    SHELL: "() { :; }; echo pwned",
  };
  Deno.env.set("MCPGUARD_TEST_PLANTED", "secret");
  const child = await spawnChild({
    ...{ command: "env", env: ["TOKEN", "MODE=a=b c"] },
    readEnv: (name) => planted[name],
  });
  Deno.env.delete("MCPGUARD_TEST_PLANTED");
  const told = listenTo(child);
  await told.closed;
  expect(told.messages.toSorted()).toEqual([
    ...["HOME=/home/h", "LANG=C.UTF-8", "MODE=a=b c", `PATH=${planted["PATH"]}`, "TOKEN=passed on"],
  ]);
  await child.closed;
});

Deno.test("arguments reach the program as they stand: no shell reads them (STD-013)", async () => {
  const args = [
    "a b",
    "$(echo no)",
    "`echo no`",
    "; echo no",
    "",
    "*",
    "-c",
    "'\"\\",
    "é\n2",
    "$1",
  ];
  for (const bind of WAYS) {
    const child = await spawnChild({ command: "printf", args: ["%s|", ...args], bind });
    const told = listenTo(child);
    await told.closed;
    const script = args.join("|") + "|";
    // printf ends without LF: what follows the last one is no message
    expect(told.messages).toEqual([script.slice(0, script.indexOf("\n"))]);
    await child.closed;
  }
});

Deno.test("names of shell builtins are programs like others", async () => {
  const error = await failure({ command: "eval", args: ["echo no"] });
  expect(error.message).toBe('cannot start "eval": no such command in PATH');
  const child = await spawnChild({ command: "echo", args: ["-e", "x"] });
  const told = listenTo(child);
  await told.closed;
  expect(told.messages).toEqual(["x"]); // GNU echo; dash's builtin would say "-e x"
  await child.closed;
});

Deno.test("spawnChild() says what is wrong with a command", async () => {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/plain`, "text", { mode: 0o644 });
  const cases: [ChildOptions, string][] = [
    [{ command: "mcpguard-no-such" }, "no such command in PATH"],
    [{ command: `${dir}/none` }, "no such file"],
    [{ command: `${dir}/plain` }, "not an executable file"],
    [{ command: dir }, "not an executable file"],
    [{ command: "plain", env: [`PATH=${dir}`] }, "not an executable file in PATH"],
    [{ command: "" }, "not a command"],
    [{ command: "-c" }, "not a command"],
    [{ command: "sh", cwd: `${dir}/none` }, "no such working directory"],
    [{ command: "sh", args: ["a\0b"] }, "NUL in an argument"],
  ];
  for (const [options, why] of cases) {
    const error = await failure(options);
    expect([error.code, error.message])
      .toEqual(["command", `cannot start ${JSON.stringify(options.command)}: ${why}`]);
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("close() ends the input first, and a polite child ends by itself with its children", async () => {
  for (const bind of WAYS) {
    const child = await spawnChild({ command: "sh", args: [TREE, "polite"], bind });
    const told = listenTo(child);
    const pids = pidsOf(await told.messagesAre(2));
    child.send("last");
    child.close(1000, "the client has left");
    expect(await told.closed).toEqual({ code: 1000, reason: "the client has left", local: true });
    expect((await child.exited).code).toBe(0);
    await ended(pids);
    await child.closed;
  }
});

Deno.test("close() ends a child that ignores the end of its input by SIGTERM, with its children", async () => {
  const child = await spawnChild({ command: "sh", args: [TREE, "rude"], limits: { eofMs: 50 } });
  const pids = pidsOf(await listenTo(child).messagesAre(2));
  child.close(1000, "");
  expect(await child.exited).toMatchObject({ signal: "SIGTERM" });
  await ended(pids);
  await child.closed;
});

Deno.test("close() kills a child that ignores SIGTERM, with its children (STD-010)", async () => {
  const child = await spawnChild({
    ...{ command: "sh", args: [TREE, "deaf"], limits: { eofMs: 50, termMs: 1000 } },
  });
  const pids = pidsOf(await listenTo(child).messagesAre(2));
  child.close(1000, "");
  expect(await child.exited).toMatchObject({ signal: "SIGKILL" });
  await ended(pids);
  await child.closed;
});

Deno.test("a child in its own right has no leader", async () => {
  const child = await spawnChild(shell("echo $PPID; cat", { launcher: "direct" }));
  const told = listenTo(child);
  expect(await told.messagesAre(1)).toEqual([String(Deno.pid)]);
  child.close(1000, "");
  expect((await child.exited).code).toBe(0);
  await child.closed;
});

Deno.test("a leader whose guard is gone already starts nothing", async () => {
  const { leaderArguments, LEADER_SHELL } = await import("./child_leader.ts");
  for (const bind of WAYS) {
    const args = leaderArguments("/bin/echo", ["started"], { guard: 1, graceSeconds: 1, bind });
    const { code, stdout } = await new Deno.Command(LEADER_SHELL, { args }).output();
    expect([code, stdout.length]).toEqual([125, 0]);
  }
});
