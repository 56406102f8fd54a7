// Digits in groups, as people write long numbers.

/** Longest run of digits and separators that is looked at as one number. */
const MAX_RUN = 40;

/** A number as it stands. */
export interface Run {
  /** First digit. */
  start: number;
  /** The first character after the last digit. */
  end: number;
  /** Digits alone. */
  digits: string;
  /** Sizes of the groups between separators. */
  groups: number[];
  /** The separators, each once. */
  separators: string;
  /** Whether it goes on: then it is no number of a known length. */
  cut: boolean;
}

/** Reads digits in groups from a place; one separator at most between groups. */
export function readRun(text: string, start: number): Run {
  let digits = "";
  let separators = "";
  const groups: number[] = [];
  let end = start;
  let group = 0;
  let i = start;
  for (; i < text.length && i - start < MAX_RUN; i++) {
    const c = text.charCodeAt(i);
    if (c > 0x2f && c < 0x3a) {
      digits += text[i];
      group++;
      end = i + 1;
      continue;
    }
    const separator = text[i]!;
    // `(415) 502-4086`: the bracket and its space are one separator.
    if (separator === ")" && groups.length === 0 && text[start - 1] === "(") {
      if (text[i + 1] === " ") i++;
      if (isDigitAt(text, i + 1)) {
        groups.push(group);
        group = 0;
        continue;
      }
      break;
    }
    const next = text.charCodeAt(i + 1);
    const goesOn = next > 0x2f && next < 0x3a;
    if (group === 0 || !" -./".includes(separator) || !goesOn) break;
    groups.push(group);
    group = 0;
    if (!separators.includes(separator)) separators += separator;
  }
  if (group > 0) groups.push(group);
  const after = text.charCodeAt(end);
  return { start, end, digits, groups, separators, cut: after > 0x2f && after < 0x3a };
}

function isDigitAt(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c > 0x2f && c < 0x3a;
}

/** Milliseconds and nanoseconds since 1970 of our years look like numbers of many kinds. */
export function isTime(digits: string): boolean {
  return (digits.length === 13 || digits.length === 16 || digits.length === 19) &&
    /^1[4-9]/.test(digits);
}
