// Judges messages that must pass without what they hold: the same message as before but for what was cut out of it.

import { type Case, serverBytes } from "./case.ts";
import type { Message } from "./client.ts";
import type { Play } from "./play.ts";

/** What the fixture's section `dlp` looks for, and the same in base64, as far as it depends on no neighbour. */
const LEAKS = [
  /AKIA[0-9A-Z]{16}/,
  /\b4[0-9]{15}\b/,
  /QUtJQ[A-Za-z0-9+/]{20}/,
  // Three and four digits of the number that a case calls a PIN.
  /PIN[ :]*[0-9]{4}/,
];

/**
 * What is wrong with messages that were to be cleaned.
 *
 * @param one A case of outcome `redact`.
 * @param play What was seen.
 * @returns What is wrong; empty where it holds.
 */
export function judgeCleaned(one: Case, play: Play): string[] {
  const fromServer = one.dir === "s2c";
  const said = fromServer
    ? one.steps.flatMap((step) => {
      const bytes = serverBytes(step);
      return bytes === null ? [] : [JSON.parse(new TextDecoder().decode(bytes))];
    })
    : play.sent.map((sent) => sent.json);
  const got = fromServer ? play.toClient : play.toServer.map((message) => message.json);
  const wrong: string[] = [];
  for (const [index, before] of said.entries()) {
    const after = got[index];
    if (after === undefined) continue;
    wrong.push(...judgeOne(before, after));
  }
  for (const { answer } of fromServer ? [] : play.sent) {
    if (answer?.error !== undefined || answer?.result?.isError === true) {
      wrong.push("the answer to a cleaned message is a refusal");
    }
  }
  // What nobody asked for has a decision of its own.
  const told =
    play.lines.filter((l) =>
      fromServer && l.event === "outcome"
        ? l.detail === "result.redacted"
        : l.decision === "redact" && l.direction === one.dir
    ).length;
  if (told !== said.length) wrong.push(`${told} records tell of ${said.length} redactions`);
  if (LEAKS.some((leak) => leak.test(JSON.stringify(play.lines)))) {
    wrong.push("a record holds what was cut out");
  }
  return wrong;
}

/** Compares one message with what came of it. */
export function judgeOne(before: Message, after: Message): string[] {
  const wrong: string[] = [];
  const text = JSON.stringify(after);
  for (const leak of LEAKS) if (leak.test(text)) wrong.push(`${leak.source} came through`);
  const [first, second] = [leaves(before), leaves(after)];
  if (first.length !== second.length) {
    return [...wrong, `${second.length} values came of ${first.length}`];
  }
  let cut = 0;
  first.forEach((value, i) => {
    const now = second[i];
    if (typeof value !== typeof now) wrong.push(`a ${typeof value} became a ${typeof now}`);
    if (value === now) return;
    cut++;
    if (isJson(value) && !isJson(now)) wrong.push("JSON inside a text is none any more");
  });
  // Ids are mapped, so that they may differ without anything having been cut.
  if (cut === 0 && names(before) === names(after)) wrong.push("nothing was cut out");
  return wrong;
}

/** Values of a message without its id, in order. */
function leaves(message: Message): unknown[] {
  const { id: _, ...rest } = message;
  const out: unknown[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) out.push(value);
    else for (const inner of Object.values(value)) walk(inner);
  };
  walk(rest);
  return out;
}

/** Names of members at any depth, as one text. */
function names(message: Message): string {
  const out: string[] = [];
  JSON.stringify(message, (key, value) => (out.push(key), value));
  return out.join("\n");
}

function isJson(value: unknown): boolean {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
