// Signs around words that are no words themselves: paths of key files, turns and tags of chats, images with data.

import type { Engine } from "./engine.ts";
import type { Lexicon } from "./lexicon.ts";

const HIDDEN_PATHS = new Set([
  ..."env ssh aws netrc npmrc pypirc kube gnupg docker cursor bash_history zsh_history git-credentials credentials passwd shadow id_rsa rsa"
    .split(" "),
]);
const DEEP_PATHS = new Set(["passwd", "shadow", "credentials", "id_rsa"]);
const TURNS = new Set(
  "system assistant user human inst sys important admin instructions instruction start end header_id developer ai secret hidden critical requirement im_start override"
    .split(" "),
);
const TAGS = new Set(
  "important system admin instructions instruction critical secret hidden override inst".split(" "),
);
const SPEAKERS = new Set(
  "system assistant admin human ai developer instruction instructions override user".split(" "),
);

/** What stands before paths, tags and template words. */
const LEADS = new Uint8Array(1 << 16);
for (const c of [0x2e, 0x7e, 0x2f, 0x3c, 0x5b, 0x7c, 0x5f]) LEADS[c] = 1;

/** Looks at what stands around words, in one text after another. */
export class SignFinder {
  #text = "";
  #units: Uint16Array = new Uint16Array(0);
  readonly #engine: Engine;
  readonly #path: number;
  readonly #turn: number;
  readonly #tagged: number;
  readonly #template: number;
  readonly #image: number;
  readonly #hiding: number;
  #imageEnd = 0;

  /**
   * @param engine Where the signs go.
   * @param lexicon The lexicon of the engine's grammar.
   */
  constructor(engine: Engine, lexicon: Lexicon) {
    this.#engine = engine;
    this.#path = lexicon.classOf("PATH");
    this.#turn = lexicon.classOf("TURN");
    this.#tagged = lexicon.classOf("TAGGED");
    this.#template = lexicon.classOf("TEMPLATE");
    this.#image = lexicon.classOf("IMGDATA");
    this.#hiding = lexicon.classOf("HIDING");
  }

  /**
   * Begins with a text.
   *
   * @param text The text.
   * @param units Its units and a line end.
   */
  begin(text: string, units: Uint16Array): void {
    this.#text = text;
    this.#units = units;
    this.#imageEnd = 0;
  }

  /** Signs that depend on what stands around a word of the lexicon. */
  around(start: number, end: number, after: number): void {
    const before = start > 0 ? this.#units[start - 1]! : 0x0a;
    // Signs stand before or behind few words: the others need no second look.
    if (after === 0x3a || LEADS[before] === 1) this.#beside(start, end, before, after);
  }

  #beside(start: number, end: number, before: number, after: number): void {
    const text = this.#text;
    const word = end - start <= 12 ? text.slice(start, end).toLowerCase() : "";
    if ((before === 0x2e || before === 0x7e || before === 0x2f) && HIDDEN_PATHS.has(word)) {
      const further = start > 1 ? text.charCodeAt(start - 2) : 0x20;
      if (before === 0x2e && isLetter(further)) return;
      if (before === 0x2f && !DEEP_PATHS.has(word)) return;
      this.#engine.slot(this.#path, start, end);
    } else if (TURNS.has(word)) {
      if (
        before === 0x3c || before === 0x5b || before === 0x7c ||
        (before === 0x2f && text[start - 2] === "<")
      ) {
        const template = before === 0x7c ||
          (before === 0x5b && word === "inst" && after === 0x5d) ||
          (before === 0x3c && text[start - 2] === "<" && word === "sys");
        const closed = after === 0x3e || after === 0x5d || after === 0x7c;
        if (word === "user" && !closed) return;
        // Intervals and optional parameters begin so, too: [start, end), [end=n].
        if ((word === "start" || word === "end") && !closed && !isCapital(this.#units[start]!)) {
          return;
        }
        if (TAGS.has(word)) this.#engine.slot(this.#tagged, start, end);
        this.#engine.slot(template ? this.#template : this.#turn, start, end);
      } else if (
        after === 0x3a && !isLetter(text.charCodeAt(end + 1)) && SPEAKERS.has(word) &&
        this.#startsClause(start)
      ) {
        this.#engine.slot(this.#turn, start, end);
      } else if (
        before === 0x5f && (word === "start" || word === "end") &&
        text.startsWith("|im_", start - 4)
      ) {
        this.#engine.slot(this.#template, start, end);
      }
    }
  }

  #startsClause(start: number): boolean {
    for (let i = start - 1, k = 0; i >= 0 && k < 4; i--, k++) {
      const c = this.#text.charCodeAt(i);
      if (
        c === 0x0a || c === 0x5b || c === 0x28 || c === 0x23 || c === 0x2d || c === 0x2a ||
        c === 0x27
      ) return true;
      if (c === 0x2e || c === 0x22 || c === 0x3b || c === 0x21) return true;
      if (c !== 0x20) return false;
    }
    return start < 4;
  }

  /** A comment, or an attribute that hides its element: readers see nothing of what follows. */
  hidden(at: number): void {
    const text = this.#text;
    const found = text.charCodeAt(at) === 0x3d ? hides(text, at) : text.startsWith("<!--", at);
    if (found) this.#engine.slot(this.#hiding, at, at + 1);
  }

  /** A markdown image whose address carries what looks like data to be filled in. */
  image(open: number): void {
    // What stands inside an address belongs to that address.
    if (open < this.#imageEnd) return;
    const text = this.#text;
    const rest = text.slice(open + 1, open + 400);
    if (!rest.startsWith("http://") && !rest.startsWith("https://")) return;
    let close = 0;
    let query = -1;
    for (; close < rest.length; close++) {
      const c = rest.charCodeAt(close);
      if (c === 0x29 || c <= 0x20) break;
      if (query < 0 && (c === 0x3f || c === 0x23)) query = close;
    }
    this.#imageEnd = open + 1 + close;
    if (query < 0) return;
    const address = rest.slice(0, close);
    const name = text.slice(Math.max(0, open - 120), open - 1);
    const bracket = name.lastIndexOf("[");
    const picture = bracket > 0 && name[bracket - 1] === "!";
    if (carriesData(address.slice(query + 1), picture)) {
      this.#engine.slot(this.#image, open, open + 1 + address.length);
    }
  }
}

/** Styles that leave nothing to see, without white space. */
const HIDING = ["display:none", "visibility:hidden", "font-size:0", "opacity:0;", 'opacity:0"'];

/** Whether the style attribute whose equals sign stands here hides its element. */
function hides(text: string, equals: number): boolean {
  if (!text.startsWith("style", equals - 5)) return false;
  const rest = text.slice(equals + 2, equals + 202);
  const close = rest.indexOf(text[equals + 1] === "'" ? "'" : '"');
  const style = rest.slice(0, close < 0 ? rest.length : close + 1).replace(/\s/g, "").toLowerCase();
  return HIDING.some((h) => style.includes(h));
}

/** Whether a query has a value that is a place to fill in, or in a picture a name in capitals. */
function carriesData(query: string, picture: boolean): boolean {
  let at = query.indexOf("=");
  while (at >= 0) {
    const next = query[at + 1] ?? "";
    if ("[{<$".includes(next) && next !== "") return picture || next !== "$";
    const coded = query.slice(at + 1, at + 4).toUpperCase();
    if (picture && (coded === "%5B" || coded === "%7B" || coded === "%3C")) return true;
    let end = at + 1;
    while (isCapital(query.charCodeAt(end))) end++;
    if (picture && end - at > 5 && (end === query.length || query[end] === "&")) return true;
    at = query.indexOf("=", at + 1);
  }
  return false;
}

function isCapital(c: number): boolean {
  return (c >= 65 && c <= 90) || c === 0x5f;
}

/** Whether a unit is an ASCII letter or digit. */
export function isLetter(c: number): boolean {
  const lower = c | 32;
  return (lower >= 97 && lower <= 122) || (c >= 0x30 && c <= 0x39);
}
