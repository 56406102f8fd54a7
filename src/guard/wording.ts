// The sentences people read in a decision: what was refused, by which rule, what to do.

import type { Inquiry } from "./types.ts";

/** Quotes a name from a message: escaped, and bounded so that a long one cannot flood a log or a model. */
export function quoted(text: string, max = 120): string {
  const cut = text.length > max ? `${text.slice(0, max)}...` : text;
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
