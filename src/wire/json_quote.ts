// Strings into JSON, the one way for both writers: RFC 8259 section 7, RFC 8785 section 3.2.2.2.
// Half surrogate pairs, which only a tree built in code can hold, come out as escapes.

/** Beyond this length the built-in serializer is faster than looking at each unit. */
const SHORT = 64;

/**
 * Quotes a string as RFC 8259 section 7 and RFC 8785 section 3.2.2.2 have it.
 *
 * @param text Any string.
 * @returns The JSON string, in its shortest spelling.
 */
export function quote(text: string): string {
  if (text.length > SHORT) return JSON.stringify(text);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c === 0x22 || c === 0x5c || (c >= 0xd800 && c <= 0xdfff)) {
      return JSON.stringify(text);
    }
  }
  return `"${text}"`;
}
