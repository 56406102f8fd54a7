// Decoding of punycode labels, so that a name in ASCII form is judged by the letters it shows.

/** RFC 3492 section 5. */
const [BASE, TMIN, TMAX, SKEW, DAMP, BIAS, FIRST] = [36, 1, 26, 38, 700, 72, 128];

/**
 * Decodes the part of a label after `xn--`.
 *
 * @param text Lower-case letters, digits and hyphens, at most 59 of them.
 * @returns The Unicode label, or null where it is no punycode.
 * @see https://www.rfc-editor.org/rfc/rfc3492#section-6.2
 */
export function decodePunycode(text: string): string | null {
  const split = text.lastIndexOf("-");
  const out = [...(split < 0 ? "" : text.slice(0, split))].map((c) => c.charCodeAt(0));
  let [n, i, bias] = [FIRST, 0, BIAS];
  for (let at = split + 1; at < text.length;) {
    const before = i;
    for (let weight = 1, k = BASE;; k += BASE) {
      const digit = digitOf(text.charCodeAt(at++));
      if (digit < 0) return null;
      i += digit * weight;
      if (i > 0x7fffffff) return null;
      const threshold = Math.min(TMAX, Math.max(TMIN, k - bias));
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > 0x7fffffff) return null;
    }
    const size = out.length + 1;
    bias = adapt(i - before, size, before === 0);
    n += Math.floor(i / size);
    if (n > 0x10ffff || (n >= 0xd800 && n < 0xe000)) return null;
    i %= size;
    out.splice(i++, 0, n);
  }
  return String.fromCodePoint(...out);
}

/** The value of a digit, or -1 (also at the end of the text). */
function digitOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26;
  return -1;
}

/** RFC 3492 section 6.1. */
function adapt(delta: number, size: number, first: boolean): number {
  let value = first ? Math.floor(delta / DAMP) : delta >> 1;
  value += Math.floor(value / size);
  let k = 0;
  for (; value > ((BASE - TMIN) * TMAX) >> 1; k += BASE) value = Math.floor(value / (BASE - TMIN));
  return k + Math.floor(((BASE - TMIN + 1) * value) / (value + SKEW));
}
