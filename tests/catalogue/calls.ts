// Many calls on one connection, and what came of them.

import type { Message } from "./client.ts";
import { brief, refuses } from "./judge.ts";
import { ended, runnerId } from "./play.ts";
import type { Pair } from "./stage.ts";

/** A section `rate_limit` that never refills, so that every count is exact. */
export const limit = (capacity: number, more = ""): string =>
  `rate_limit: {capacity: ${capacity}, refill_rate_per_sec: 0${more}}\n`;

/** What came of many calls. */
export interface Tally {
  passed: number;
  refused: number;
  /** Reasons by how often they came. */
  reasons: Record<string, number>;
}

/** Calls tools one after the other on one connection, in flights of 32. */
export async function callAll(pair: Pair, tools: readonly string[], args = "{}"): Promise<Tally> {
  pair.server.answerAll();
  const tally: Tally = { passed: 0, refused: 0, reasons: {} };
  for (let at = 0; at < tools.length; at += 32) {
    const flight = tools.slice(at, at + 32).map(async (tool) => {
      const id = `call:${runnerId()}`;
      const params = `{"name":${JSON.stringify(tool)},"arguments":${args}}`;
      await pair.client.send(
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":${params}}`,
      );
      return await pair.client.find((m) => m.id === id);
    });
    for (const answer of await Promise.all(flight)) count(tally, answer);
    // Kept messages are looked through for every answer.
    pair.client.messages.length = 0;
  }
  return tally;
}

/** Adds one answer, of either dialect. */
export function count(tally: Tally, answer: Message | null): void {
  const denied = refuses(answer) || answer === null || answer.type === "error";
  if (!denied) tally.passed++;
  else {
    tally.refused++;
    const why = answer?.result?._meta?.["mcpguard/decision"]?.reason ??
      answer?.error?.data?.reason ?? answer?.details?.reason ?? "hung up";
    tally.reasons[why] = (tally.reasons[why] ?? 0) + 1;
  }
}

/** So many of one tool. */
export const times = (n: number, tool = "read_file"): string[] => Array(n).fill(tool);

/** Compares a tally and the messages of the server behind it. */
export function expectTally(
  tally: Tally,
  forwarded: number,
  passed: number,
  reason: string,
): string[] {
  const wrong: string[] = [];
  if (tally.passed !== passed || forwarded !== passed) {
    wrong.push(`${tally.passed} passed and ${forwarded} forwarded, not ${passed}`);
  }
  if ((tally.reasons[reason] ?? 0) !== tally.refused || tally.refused === 0) {
    wrong.push(`refused for ${brief(tally.reasons)}, not only for ${reason}`);
  }
  return wrong;
}

/** Hangs up and waits for the guard to do the same. */
export async function hangUp(pair: Pair): Promise<void> {
  await pair.client.close();
  await ended(pair);
}
