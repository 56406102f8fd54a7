// What one message may cost: many strings, or many beginnings of paths in one string, could otherwise multiply work
// that is linear in each (8 KiB of "=/" begin 4,096 paths of 8 KiB).

/** Most different URIs and paths that are looked at in one message. */
export const MAX_PLACES = 16_384;
/** Most words that are remembered so as not to be read twice. */
const MAX_WORDS = 16_384;
/** Characters that may be read as URIs or paths in one message. */
const MAX_UNITS = 2_097_152;
/** What each reading costs besides its length. */
const READING = 64;
/** How much dearer a character is in a text that has escapes, which are decoded in rounds. */
const ESCAPED = 8;
/** The same for a text beyond ASCII, which is folded in several ways. */
const FOLDED = 16;
// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/** The budget of one message: make one, and hand it to every call for that message. */
export class UriBudget {
  #units = MAX_UNITS;
  /** Canonical URIs, and whether they were taken for sure. */
  readonly #places = new Map<string, boolean>();
  readonly #words = new Set<string>();

  /**
   * Pays for reading a text as a URI, path or name.
   *
   * @param text The text.
   * @param times How many times as dear as a URI it is.
   * @returns False when the message has cost too much; then nothing more of it may pass.
   */
  spend(text: string, times = 1): boolean {
    if (this.#units <= 0) return false;
    this.#units -= (READING + weight(text)) * times;
    return this.#units > 0;
  }

  /**
   * Takes a place for a URI.
   *
   * @param uri The canonical URI.
   * @param sure Whether it is one for sure, or a guess.
   * @returns `known` where it was handed out before, `full` where the message has too many.
   */
  place(uri: string, sure: boolean): "new" | "known" | "full" {
    const before = this.#places.get(uri);
    if (before === true || (before === false && !sure)) return "known";
    if (before === undefined && this.#places.size >= MAX_PLACES) return "full";
    this.#places.set(uri, sure);
    return "new";
  }

  /**
   * Whether a word was read before in the same message; remembers it where there is room.
   *
   * @param word The word.
   * @returns True where it need not be read again.
   */
  hasRead(word: string): boolean {
    if (this.#words.has(word)) return true;
    if (this.#words.size < MAX_WORDS) this.#words.add(word);
    return false;
  }
}

function weight(text: string): number {
  // One character can stand for eighteen (U+FDFA), and folding looks at each of them.
  if (!ASCII.test(text)) return FOLDED * text.normalize("NFKD").length;
  return text.includes("%") ? ESCAPED * text.length : text.length;
}
