// Takes out of a text what people do not see and models do.

import { codePointIn } from "../../match/code_point.ts";
import { isLatin, isSelector, isZeroWidth, SUSPECT } from "./hidden.ts";

/**
 * Takes hidden characters out of a text: tag characters that are no flag, overrides, zero-width characters
 * inside Latin words, runs of selectors, terminal escapes and needless control characters.
 *
 * @param text Any text.
 * @returns The text that people see; the same string when nothing was hidden.
 */
export function stripHidden(text: string): string {
  if (!SUSPECT.test(text)) return text;
  const out: string[] = [];
  let kept = 0;
  let flag = false;
  let run = 0;
  for (let i = 0; i < text.length; i++) {
    const code = codePointIn(text, i);
    const width = code > 0xffff ? 2 : 1;
    let end = i;
    run = isSelector(code) ? run + 1 : 0;
    if (code >= 0xe0000 && code <= 0xe007f) {
      if (!flag) end = i + width;
    } else {
      flag = code === 0x1f3f4;
      if (run > 1 || (code >= 0x202a && code <= 0x202e)) end = i + width;
      else if (code === 0x1b) end = endOfEscape(text, i);
      else if (code < 0x20 && code !== 9 && code !== 10 && code !== 13) end = i + 1;
      else if (isZeroWidth(code) && (isLatin(text, i - 1) || isLatin(text, i + 1))) end = i + 1;
    }
    if (end > i) {
      out.push(text.slice(kept, i));
      kept = end;
      i = end - 1;
    } else i += width - 1;
  }
  if (kept === 0) return text;
  out.push(text.slice(kept));
  return out.join("");
}

function endOfEscape(text: string, at: number): number {
  // deno-lint-ignore no-control-regex -- an escape is what is looked for
  const sequence = /^\u001b\[[0-9;?]{0,16}[A-Za-z]/.exec(text.slice(at, at + 20));
  return at + (sequence === null ? 1 : sequence[0].length);
}
