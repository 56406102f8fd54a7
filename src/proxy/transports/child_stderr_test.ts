import { expect } from "expect";
import { spawnChild } from "./child_process.ts";
import { escapeLine, STDERR_LIMITS, StderrReader } from "./child_stderr.ts";
import { listenTo } from "./stdio_testkit.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads pieces, each at its time in ms, and returns what is passed on. */
async function pass(
  pieces: [at: number, bytes: string | Uint8Array][],
  limits = STDERR_LIMITS,
): Promise<string[]> {
  const lines: string[] = [];
  let now = 0;
  let next = 0;
  const reader = new StderrReader(limits, (line) => lines.push(line), () => now);
  await reader.read({
    read: () => {
      const piece = pieces[next++];
      if (piece === undefined) return Promise.resolve(null);
      now = piece[0];
      return Promise.resolve(typeof piece[1] === "string" ? encode(piece[1]) : piece[1]);
    },
    close: () => {},
  });
  return lines;
}

Deno.test("escapeLine() shows what would move a cursor, hide or reorder (STD-005)", () => {
  expect(escapeLine(encode("\x1b]0;x\x07AKIA\x1b[2J\r"))).toBe("\\x1b]0;x\\x07AKIA\\x1b[2J");
  expect(escapeLine(encode("a\u202eb\u2028c\u0085d\u200be\u{e0041}f\ufeff")))
    .toBe("a\\u{202e}b\\u{2028}c\\x85d\\u{200b}e\\u{e0041}f\\u{feff}");
  expect(escapeLine(encode("grüße 😀\tok"))).toBe("grüße 😀 ok");
  expect(escapeLine(Uint8Array.of(97, 255, 98))).toBe("a\ufffdb");
});

Deno.test("StderrReader passes lines however they come, and the last one without its end", async () => {
  expect(await pass([[0, "on"], [0, "e\n\ntw"], [0, "o\r\nlast"]])).toEqual(["one", "two", "last"]);
});

Deno.test("StderrReader cuts a long line and says so", async () => {
  const long = "x".repeat(5000);
  expect(await pass([[0, long], [0, long + "\nnext\n"]])).toEqual([
    "x".repeat(4096) + "…[cut]",
    "next",
  ]);
  expect(await pass([[0, long]])).toEqual(["x".repeat(4096) + "…[cut]"]);
});

Deno.test("StderrReader passes so much a second, and counts the rest", async () => {
  const limits = { stderrLineBytes: 100, stderrBytesPerSec: 30 };
  const nine = "123456789\n";
  expect(await pass([[0, nine.repeat(5)], [999, "a\n"], [1000, nine], [1001, nine]], limits))
    .toEqual([
      ...Array(3).fill("123456789"),
      "[3 lines of standard error dropped]",
      ...Array(2).fill("123456789"),
    ]);
  expect(await pass([[0, nine.repeat(4)]], limits)).toEqual([
    ...Array(3).fill("123456789"),
    "[1 line of standard error dropped]",
  ]);
});

Deno.test("StderrReader goes on when its log fails", async () => {
  let calls = 0;
  const reader = new StderrReader(STDERR_LIMITS, () => {
    calls++;
    throw new Error("disk full");
  }, () => 0);
  const chunks = [encode("a\n"), encode("b\n"), null];
  await reader.read({ read: () => Promise.resolve(chunks.shift()!), close: () => {} });
  expect(calls).toBe(2);
});

Deno.test("a flood on standard error neither blocks the child nor the log (STD-006)", async () => {
  const lines: string[] = [];
  const child = await spawnChild({
    ...{ command: "sh", onStderr: (line: string): void => void lines.push(line) },
    args: ["-c", "yes 0123456789 | head -c 20000000 >&2; echo '{\"done\":1}'"],
    limits: { stderrBytesPerSec: 11_000 },
  });
  const started = performance.now();
  const told = listenTo(child);
  await told.closed;
  await child.closed;
  const seconds = Math.floor((performance.now() - started) / 1000) + 1;
  expect(told.messages).toEqual(['{"done":1}']);
  // The last line is a piece, which passes or not as any other.
  const passed = lines.filter((line) => line !== "" && "0123456789".startsWith(line)).length;
  const dropped = lines.filter((line) => line.endsWith("of standard error dropped]"))
    .reduce((sum, line) => sum + Number.parseInt(line.slice(1)), 0);
  expect(passed).toBeGreaterThanOrEqual(1000);
  expect(passed).toBeLessThanOrEqual(1000 * seconds);
  // 20,000,000 bytes are 1,818,181 lines and a piece of one, which counts as its last
  expect(passed + dropped).toBe(1_818_182);
});

Deno.test("a message on standard error is text, never a message", async () => {
  const lines: string[] = [];
  const child = await spawnChild({
    ...{ command: "sh", onStderr: (line: string): void => void lines.push(line) },
    args: ["-c", `echo '{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage"}' >&2`],
  });
  const told = listenTo(child);
  await told.closed;
  await child.closed;
  expect([told.messages, lines.length]).toEqual([[], 1]);
});
