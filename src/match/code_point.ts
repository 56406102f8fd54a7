// The code point at a place of a text, whatever the text was cut out of.

/**
 * Like `codePointAt`, which V8 14 compiles to code that reads past the end of a text that was cut out of another one
 * between two halves of a pair.
 *
 * @param text Any text.
 * @param at A place in it.
 * @returns The code point; half a pair stands for itself.
 */
export function codePointIn(text: string, at: number): number {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff || at + 1 >= text.length) return high;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low < 0xe000 ? ((high - 0xd800) << 10) + low - 0xdc00 + 0x10000 : high;
}
