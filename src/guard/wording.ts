// The sentences people read in a decision: what was refused, by which rule, what to do.

import { SCANNERS } from "../detect/mod.ts";
import type { Identity, Inquiry } from "./types.ts";

/** UTF-16 units that a secret has at least, and that are looked at: what is kept of a name or URI is less than that. */
const MIN_SECRET = 12;
const MAX_LOOK = 2048;

/**
 * Takes secrets out of a name: a caller may put one where a tool's name or a request's id belongs.
 *
 * @param text The name.
 * @returns The name, with a word in place of each secret; of one that may hold any, the first 2048 UTF-16 units.
 *
 * @example
 * ```ts
 * import { withoutSecrets } from "./wording.ts";
 * import { expect } from "expect";
 *
 * expect(withoutSecrets("read_file")).toBe("read_file");
 * expect(withoutSecrets("read/AKIAZQ3DR7L2XKPWNB5T")).toBe("read/redacted_secret");
 * ```
 */
export function withoutSecrets(text: string): string {
  // Most names are read in each record: what has no digit and assigns nothing holds no secret.
  if (text.length < MIN_SECRET || !/[0-9=:]/.test(text)) return text;
  const looked = text.slice(0, MAX_LOOK);
  const found = SCANNERS.secrets(looked);
  if (found.length === 0) return looked;
  let out = "";
  let at = 0;
  for (const { start, end } of found.sort((a, b) => a.start - b.start)) {
    // No sign of a pattern's: policies are written from records.
    if (start >= at) out += `${looked.slice(at, start)}redacted_secret`;
    at = Math.max(at, end);
  }
  return out + looked.slice(at);
}

/** Who a record says it was: what a caller only says of itself may hold anything. */
export function recordedIdentity({ id, method }: Identity): string {
  return method === "none" || method === "local" ? withoutSecrets(id) : id;
}

/**
 * Quotes a name from a message: without secrets, escaped, and bounded so that a long one cannot flood a log or a model.
 */
export function quoted(text: string, max = 120): string {
  const plain = withoutSecrets(text);
  const cut = plain.length > max ? `${plain.slice(0, max)}...` : plain;
  return escaped(JSON.stringify(cut));
}

/** Escapes what terminals and models may act on: controls, bidirectional marks, invisible characters, half pairs. */
export function escaped(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `tools.deny[0] ("admin/*")`, the way a rule is shown to people. */
export function namedRule(rule: string, source: string | undefined): string {
  return source === undefined ? rule : `${rule} (${quoted(source)})`;
}

/** What every refusal by a list ends with. */
export const ASK_OPERATOR = "Ask the operator of this guard to change the policy if this is needed";

/** The small frame and the library's call are calls of tools too, and must not be a way around what names methods. */
export function methodOf({ method }: Pick<Inquiry, "method">): string {
  return method === "tool_call" || method === "check" ? "tools/call" : method;
}
