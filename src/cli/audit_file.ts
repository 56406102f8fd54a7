// Reads an audit file for what was decided and what came back, line by line, in bounded memory.

import { shown } from "./arguments.ts";
import { UsageError } from "./exit.ts";

/** Longest line that is read, characters. */
const MAX_LINE = 1 << 20;

/** A decision on a message, or the outcome of one that passed. */
export interface Recorded {
  /** Which of the two. */
  event: "decision" | "outcome";
  /** Which way the message went. */
  direction: "c2s" | "s2c";
  /** Who sent it, or would have got it. */
  identity: string;
  /** The tool that it calls, or null. */
  tool: string | null;
  /** Its method. */
  method: string;
  /** What was decided. */
  decision: string;
  /** The rule that would have refused it if the policy did not only watch; else null. */
  refusedBy: string | null;
  /** How many messages the record stands for. */
  count: number;
  /** The server that it concerns, where several stand behind the guard; else null. */
  upstream: string | null;
  /** Resources that it names; null in records that name none on principle, as older ones. */
  resources: readonly string[] | null;
  /** How many more it names. */
  resourcesOmitted: number;
  /** Prompts that it names; null as for resources. */
  prompts: readonly string[] | null;
}

/**
 * Reads an audit file.
 *
 * @param file Its path, or `-` for standard input.
 * @param each Told of every decision and every outcome, in order.
 * @returns How many lines are no audit records.
 * @throws {UsageError} When it cannot be read.
 */
export async function readRecords(
  file: string,
  each: (recorded: Recorded) => void,
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

/**
 * Reads an audit file for the decisions on what clients sent.
 *
 * @param file Its path, or `-` for standard input.
 * @param each Told of every such decision, in order.
 * @returns How many lines are no audit records.
 * @throws {UsageError} When it cannot be read.
 */
export async function readDecisions(
  file: string,
  each: (recorded: Recorded) => void,
): Promise<number> {
  return await readRecords(file, (recorded) => {
    if (recorded.event === "decision" && recorded.direction === "c2s") each(recorded);
  });
}

/** What a line records; null where that is something else or nothing, false where it is no record. */
function recordOf(line: string): Recorded | null | false {
  if (line.trim() === "") return null;
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) ?? {};
  } catch {
    return false;
  }
  const { event, direction, decision, tool, method, identity, count, upstream } = record;
  if (typeof event !== "string" || typeof method !== "string") return false;
  if (event !== "decision" && event !== "outcome" || typeof decision !== "string") return null;
  if (direction !== "c2s" && direction !== "s2c") return null;
  return {
    ...{ event, direction, method, decision },
    tool: textOr(tool, null),
    identity: textOr(identity, "anonymous"),
    count: numberOr(count, 1),
    refusedBy: refusedBy(record.would_be),
    upstream: textOr(upstream, null),
    resources: textsOf(record.resources),
    resourcesOmitted: numberOr(record.resources_omitted, 0),
    prompts: textsOf(record.prompts),
  };
}

function refusedBy(wouldBe: unknown): string | null {
  const { decision, rule } = (wouldBe ?? {}) as Record<string, unknown>;
  return decision === "deny" ? textOr(rule, null) : null;
}

function textOr<T>(value: unknown, other: T): string | T {
  return typeof value === "string" ? value : other;
}

function numberOr(value: unknown, other: number): number {
  return typeof value === "number" && value >= 0 ? value : other;
}

function textsOf(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : null;
}
