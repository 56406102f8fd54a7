import { expect } from "expect";
import { PlayedChannel } from "./session_testkit.ts";
import { survey, SurveyFailed } from "./survey.ts";

/** A server that answers every question with what `play` says of it; nothing where that is null. */
class Played extends PlayedChannel {
  constructor(readonly play: (method: string, count: number) => object | null) {
    super();
  }

  override send(text: string): boolean {
    const sent = super.send(text);
    const { id, method } = JSON.parse(text);
    const result = id === undefined ? null : this.play(method, this.sent.length);
    if (result !== null) queueMicrotask(() => this.say({ jsonrpc: "2.0", id, result }));
    return sent;
  }
}

const HELLO = { protocolVersion: "2025-11-25", capabilities: { tools: {} } };

async function asked(channel: Played, timeoutMs = 600_000): Promise<unknown> {
  const connect = () => Promise.resolve(channel);
  return await survey({ connect, timeoutMs, messageBytes: 8 << 20 }).catch((error) => error);
}

Deno.test("survey() stops at a server whose pages are too large together, and at one that has too many", async () => {
  const page = (description: string) => ({ tools: [{ name: "a", description }], nextCursor: "x" });
  const large = page("x".repeat(4 << 20));
  const heavy = new Played((method) => method === "initialize" ? HELLO : large);
  const failed = await asked(heavy);
  expect(failed).toBeInstanceOf(SurveyFailed);
  expect(String(failed)).toContain("more than 67108864 bytes");
  expect(heavy.sent.length).toBeLessThan(20);
  const small = page("x");
  const endless = new Played((method) => method === "initialize" ? HELLO : small);
  expect(String(await asked(endless))).toContain("the list does not end");
});

Deno.test("survey() stops at a server that answers each question, but takes its time", async () => {
  // Time is the test's: only the timer of all answers ever rings.
  const { setTimeout } = globalThis;
  const rings: [ms: number, ring: () => void][] = [];
  // deno-lint-ignore no-explicit-any -- of another type in each library
  (globalThis as any).setTimeout = (ring: () => void, ms: number) => rings.push([ms, ring]);
  try {
    const slow = new Played((method, count) => {
      if (method === "initialize") return HELLO;
      if (count > 5) {
        rings.find(([ms]) => ms === 5000)?.[1]();
        return null;
      }
      return { tools: [], nextCursor: "x" };
    });
    const failed = asked(slow, 1000);
    for (let turn = 0; turn < 1000 && slow.closing === null; turn++) await null;
    expect(slow.closing).not.toBeNull();
    expect(String(await failed)).toContain("do not end within 5000 ms");
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});
