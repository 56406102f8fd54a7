// JSON number tokens: where one ends, and whether a double can hold it.
// RFC 8259 section 6; the safe range is that of RFC 7493 section 2.2.

/**
 * Finds the end of a number token. What follows belongs to it unless it is white space, a comma or
 * a closing bracket: `01` is no 0 with something after it, and must not be answered as id 0.
 *
 * @param text The document.
 * @param start Where the token begins: a digit or a minus.
 * @returns The offset after the token; when it is malformed, `-1 - offset` of the offending place.
 */
export function endOfNumber(text: string, start: number): number {
  const stop = endOfDigits(text, start);
  if (stop < 0 || stop >= text.length || mayFollow(text.charCodeAt(stop))) return stop;
  return -1 - stop;
}

function mayFollow(c: number): boolean {
  return c === 0x2c || c === 0x7d || c === 0x5d || c === 0x20 || c === 0x0a || c === 0x0d ||
    c === 0x09;
}

function endOfDigits(text: string, start: number): number {
  const end = text.length;
  let i = start;
  let c = text.charCodeAt(i);
  if (c === 0x2d /* - */) {
    i++;
    c = i < end ? text.charCodeAt(i) : -1;
  }
  if (c === 0x30 /* 0 */) i++;
  else if (c >= 0x31 && c <= 0x39) i = skipDigits(text, i + 1);
  else return -1 - i;
  if (i >= end) return i;
  c = text.charCodeAt(i);
  if (c === 0x2e /* . */) {
    const digits = i + 1;
    i = skipDigits(text, digits);
    if (i === digits) return -1 - i;
    c = i < end ? text.charCodeAt(i) : -1;
  }
  if (c === 0x65 || c === 0x45 /* e E */) {
    i++;
    c = i < end ? text.charCodeAt(i) : -1;
    if (c === 0x2b || c === 0x2d) i++;
    const digits = i;
    i = skipDigits(text, digits);
    if (i === digits) return -1 - i;
  }
  return i;
}

function skipDigits(text: string, start: number): number {
  const end = text.length;
  let i = start;
  while (i < end) {
    const c = text.charCodeAt(i);
    if (c < 0x30 || c > 0x39) break;
    i++;
  }
  return i;
}

/**
 * Whether a peer that reads doubles may see another number than the one that is written.
 * True for every overflow and for every number beyond 2^53-1, but for one written with an exponent
 * and at most 15 digits: those survive a double unchanged (C's DBL_DIG), and no reader takes them
 * for integers. So `1E22` is safe; `9007199254740993`, `9007199254740993.0`, `9007199254740993e0`,
 * `100000000000000000000` and `1e400` are not. Fractions may round and values may underflow:
 * that is what every reader of JSON fractions does.
 *
 * @param raw A valid number token.
 * @returns Whether it must be refused where numbers are compared or computed with.
 */
export function isUnsafeNumber(raw: string): boolean {
  // 15 characters without an exponent cannot leave the safe range, and most numbers are short.
  if (raw.length <= 15 && !raw.includes("e") && !raw.includes("E")) return false;
  const magnitude = Math.abs(Number(raw));
  if (magnitude <= Number.MAX_SAFE_INTEGER) return false;
  if (magnitude === Infinity) return true;
  let digits = 0;
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charCodeAt(i);
    if (c === 0x65 || c === 0x45) return digits > 15;
    if (c >= 0x30 && c <= 0x39 && (digits > 0 || c !== 0x30)) digits++;
  }
  return true;
}
