// Whether a text holds another one, in linear time whatever both are. `String.prototype.includes` is not: a needle of
// 300,000 characters ("aaa...baaa...") in 600,000 takes V8 25 seconds.

/** Up to this length the engine's own search is fast even at its worst. */
const SHORT = 128;

/**
 * Searches a text (Knuth, Morris, Pratt 1977).
 *
 * @param text The text.
 * @param needle What is searched for.
 * @returns True where it occurs.
 */
export function holds(text: string, needle: string): boolean {
  if (needle.length <= SHORT) return text.includes(needle);
  if (needle.length > text.length) return false;
  const border = new Uint32Array(needle.length);
  for (let i = 1, k = 0; i < needle.length; i++) {
    const code = needle.charCodeAt(i);
    while (k > 0 && needle.charCodeAt(k) !== code) k = border[k - 1]!;
    if (needle.charCodeAt(k) === code) k++;
    border[i] = k;
  }
  for (let i = 0, k = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    while (k > 0 && needle.charCodeAt(k) !== code) k = border[k - 1]!;
    if (needle.charCodeAt(k) === code) k++;
    if (k === needle.length) return true;
  }
  return false;
}
