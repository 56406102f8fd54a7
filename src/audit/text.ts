// Makes text safe to show: nothing that ends a line, hides, reorders or moves a cursor gets into a log.

/** Whatever is not plain ASCII: only such text needs the slower look below. */
const BEYOND_ASCII = /[^ -~]/;

/**
 * Control, format, unassigned, private-use and surrogate characters, separators but the space, and whatever else is
 * drawn as nothing: U+0085, U+2028, U+2029, the bidirectional controls of CVE-2021-42574, tags and fillers among them.
 */
const INVISIBLE =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/gu;

/**
 * Writes invisible characters of a JSON text as `\u` escapes. Linear.
 *
 * @param json JSON as `JSON.stringify` writes it without indentation: beyond ASCII it has characters only in strings.
 * @returns JSON of the same value, on one line, without invisible characters.
 */
export function escapeInvisible(json: string): string {
  return BEYOND_ASCII.test(json) ? json.replace(INVISIBLE, escapeUnits) : json;
}

function escapeUnits(character: string): string {
  let out = "";
  for (let i = 0; i < character.length; i++) {
    out += "\\u" + character.charCodeAt(i).toString(16).padStart(4, "0");
  }
  return out;
}

/**
 * Cuts a text and says so: `abc…[+997]` lacks 997 UTF-16 units. A longer result than `max` is always a cut one, so the
 * mark cannot be forged.
 *
 * @param text Any text.
 * @param max UTF-16 units to keep, 1 or more; one less where a surrogate pair would be split.
 * @returns The text itself when it is short enough.
 */
export function cap(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  const next = text.charCodeAt(max);
  const splits = last >= 0xd800 && last <= 0xdbff && next >= 0xdc00 && next <= 0xdfff;
  const kept = text.slice(0, splits ? max - 1 : max);
  return `${kept}…[+${text.length - kept.length}]`;
}
