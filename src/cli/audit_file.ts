// Reads an audit file for the decisions in it, line by line, in bounded memory.

import { shown } from "./arguments.ts";
import { UsageError } from "./exit.ts";

/** Longest line that is read, characters. */
const MAX_LINE = 1 << 20;

/** A decision on a client's message. */
export interface RecordedDecision {
  /** Who sent it. */
  identity: string;
  /** The tool that it calls, or null. */
  tool: string | null;
  /** Its method. */
  method: string;
  /** What was decided. */
  decision: string;
  /** How many messages the record stands for. */
  count: number;
}

/**
 * Reads an audit file.
 *
 * @param file Its path, or `-` for standard input.
 * @param each Told of every decision on a client's message, in order.
 * @returns How many lines are no audit records.
 * @throws {UsageError} When it cannot be read.
 */
export async function readDecisions(
  file: string,
  each: (decision: RecordedDecision) => void,
): Promise<number> {
  let [skipped, rest, overlong] = [0, "", false];
  const take = (line: string): void => {
    const read = overlong || line.length > MAX_LINE ? false : recordOf(line);
    overlong = false;
    if (read === false) skipped++;
    else if (read !== null) each(read);
  };
  try {
    const stream = file === "-" ? Deno.stdin.readable : (await Deno.open(file)).readable;
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) take(line);
      if (rest.length > MAX_LINE) [overlong, rest] = [true, ""];
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${shown(file)} cannot be read`);
  }
  if (rest !== "" || overlong) take(rest);
  return skipped;
}

/** The decision in a line; null where it holds another record or nothing, false where it is no record. */
function recordOf(line: string): RecordedDecision | null | false {
  if (line.trim() === "") return null;
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) ?? {};
  } catch {
    return false;
  }
  const { event, direction, decision, tool, method, identity, count } = record;
  if (typeof event !== "string" || typeof method !== "string") return false;
  if (event !== "decision" || direction !== "c2s" || typeof decision !== "string") return null;
  return {
    ...{ method, decision, tool: typeof tool === "string" ? tool : null },
    identity: typeof identity === "string" ? identity : "anonymous",
    count: typeof count === "number" ? count : 1,
  };
}
