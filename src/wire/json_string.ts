// JSON strings with escapes: RFC 8259 section 7, and where half a surrogate pair stands.
// Plain runs are sliced; only this slower path looks at escapes.

/** A string after its escapes are resolved. */
export interface Unescaped {
  /** The text; meaningless after a fault. */
  value: string;
  /** The offset after the closing quote, or of the fault. */
  end: number;
  /** `syntax`: a bad escape or no closing quote; `control`: a raw control character. */
  fault: "syntax" | "control" | null;
  /** If there is half a surrogate pair: where the first escape for a surrogate begins; else -1. */
  lone: number;
}

/** Gathered units become a string once there are this many: not too many for one call's arguments. */
const BATCH = 1024;
/** Plain runs shorter than this are gathered too. */
const SHORT_RUN = 16;

/**
 * Resolves a string's escapes.
 *
 * @param text The document.
 * @param start The offset after the opening quote.
 * @param slash The offset of the string's first backslash.
 * @returns The text, its end, and what is wrong with it.
 */
export function unescapeString(text: string, start: number, slash: number): Unescaped {
  const end = text.length;
  const found: Unescaped = { value: "", end: slash, fault: null, lone: -1 };
  // Escapes and short runs are gathered, so that a text full of escapes does not become a long rope.
  let units: number[] = [];
  let value = text.slice(start, slash);
  let surrogate = -1;
  let i = slash;
  while (i < end) {
    const c = text.charCodeAt(i);
    if (c === 0x5c /* \ */) {
      const unit = escapedUnit(text, i + 1);
      if (unit < 0) {
        found.end = Math.min(-1 - unit, end);
        found.fault = "syntax";
        return found;
      }
      if (surrogate < 0 && unit >= 0xd800 && unit <= 0xdfff) surrogate = i;
      i += text.charCodeAt(i + 1) === 0x75 ? 6 : 2;
      if (units.push(unit) >= BATCH) {
        value += String.fromCharCode.apply(null, units);
        units = [];
      }
      continue;
    }
    const run = i;
    while (i < end && isPlain(text.charCodeAt(i))) i++;
    if (i > run && i - run < SHORT_RUN) {
      // The next escape or the end looks after a full batch.
      for (let k = run; k < i; k++) units.push(text.charCodeAt(k));
      continue;
    }
    if (units.length > 0) {
      value += String.fromCharCode.apply(null, units);
      units = [];
    }
    if (i > run) {
      value += text.slice(run, i);
      continue;
    }
    if (c === 0x22 /* " */) {
      found.value = value;
      found.end = i + 1;
      if (surrogate >= 0 && !value.isWellFormed()) found.lone = surrogate;
    } else {
      found.end = i;
      found.fault = "control";
    }
    return found;
  }
  found.end = end;
  found.fault = "syntax";
  return found;
}

/**
 * The text up to the next quote, where it needs no look at single units: four times as fast on long strings.
 *
 * @param text The document.
 * @param start The offset after the opening quote.
 * @returns The string's text, or null where it has escapes, control characters or no end.
 */
export function plainRun(text: string, start: number): string | null {
  const stop = text.indexOf('"', start);
  if (stop < 0) return null;
  const run = text.slice(start, stop);
  // What the serializer writes unchanged between its quotes is what RFC 8259 allows unescaped (ECMA-262, QuoteJSONString).
  return JSON.stringify(run).length === run.length + 2 ? run : null;
}

function isPlain(c: number): boolean {
  return c >= 0x20 && c !== 0x22 && c !== 0x5c;
}

/** The unit that the escape after a backslash stands for, or `-1 - offset` of what is wrong. */
function escapedUnit(text: string, i: number): number {
  switch (i < text.length ? text.charCodeAt(i) : -1) {
    case 0x22: // "
      return 0x22;
    case 0x5c: // \
      return 0x5c;
    case 0x2f: // /
      return 0x2f;
    case 0x62: // b
      return 0x08;
    case 0x66: // f
      return 0x0c;
    case 0x6e: // n
      return 0x0a;
    case 0x72: // r
      return 0x0d;
    case 0x74: // t
      return 0x09;
    case 0x75: { // u and four hex digits
      let unit = 0;
      for (let k = i + 1; k < i + 5; k++) {
        const digit = k < text.length ? hexDigit(text.charCodeAt(k)) : -1;
        if (digit < 0) return -1 - k;
        unit = unit * 16 + digit;
      }
      return unit;
    }
    default:
      return -1 - i;
  }
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const letter = c | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
