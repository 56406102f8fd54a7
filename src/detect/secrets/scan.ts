// One pass over a text: at every run of letters and digits the forms that begin there and the words that end there.

import { UnitBuffer } from "../normalise/units.ts";
import type { SpanFinding } from "../types.ts";
import { ALNUM, ALPHABETS, JOINED, makeupOf, runEnd, Runs } from "./alphabet.ts";
import { type Alphabet, FORMATS, type TokenFormat } from "./formats.ts";
import {
  botTokenAt,
  connectionKeyAt,
  discordTokenAt,
  jwtAt,
  passwordHashAt,
  pinAt,
  privateKeyAt,
  urlPasswordAt,
} from "./places.ts";
import {
  highEntropyAt,
  isEnding,
  PASSWORD_CHARS,
  passwordEnd,
  secretEnd,
  valueStart,
  type Weight,
  weightOf,
} from "./values.ts";

const RUN_TABLES = { ...ALPHABETS, joined: JOINED, password: PASSWORD_CHARS };

/** Letters and digits, and signs with which something may begin: one look for any unit. */
const KINDS = new Uint8Array(1 << 16);
const RUN = 1;
const SIGN = 2;
ALNUM.forEach((is, c) => KINDS[c] = is === 1 ? RUN : 0);
for (const sign of ":-$") KINDS[sign.charCodeAt(0)] = SIGN;

const SLOTS = 65_536;

/** A cheap mark of the first three characters of a form; few other texts have it. */
function slot(a: number, b: number, c: number): number {
  return ((a << 9) ^ (b << 5) ^ (c * 7)) & (SLOTS - 1);
}

/** One bit for each slot: small enough to stay near. */
const MARKED = new Int32Array(SLOTS >> 5);
function mark(a: number, b: number, c: number): void {
  const at = slot(a, b, c);
  MARKED[at >> 5]! |= 1 << (at & 31);
}
const BY_HEAD = new Map<string, TokenFormat[]>();
for (const format of FORMATS) {
  const { prefix } = format;
  mark(prefix.charCodeAt(0), prefix.charCodeAt(1), prefix.charCodeAt(2));
  const head = prefix.slice(0, 3);
  const list = BY_HEAD.get(head);
  if (list === undefined) BY_HEAD.set(head, [format]);
  else list.push(format);
}
// JSON Web Tokens begin with an object in base64url.
for (const c of "JA") mark(0x65, 0x79, c.charCodeAt(0));
// The longest prefix first: `sk-ant-` is no OpenAI key.
for (const list of BY_HEAD.values()) list.sort((a, b) => b.prefix.length - a.prefix.length);

/** How many runs a word's meaning outlasts: `secret access key`, `token is`. */
const REACH = 3;

/**
 * Finds secrets that a text shows plainly.
 *
 * @param text The text.
 * @returns Findings in order of their place, none inside another.
 */
export function scanText(text: string): SpanFinding[] {
  return new Scan(text).run();
}

/** Units of the text. */
const BUFFER = new UnitBuffer();

/** The shortest run that may be a token without a prefix. */
const LEAST_LONG = 12;

class Scan {
  readonly #text: string;
  readonly #runs: Partial<Record<Alphabet | "joined" | "password", Runs>> = {};
  readonly #out: SpanFinding[] = [];
  #past = 0;
  #kept: { weight: Weight; at: number } = { weight: "weak", at: -1 };

  constructor(text: string) {
    this.#text = text;
  }

  #endOf(name: Alphabet | "joined" | "password", at: number): number {
    const runs = this.#runs[name] ??= new Runs(this.#text, RUN_TABLES[name]);
    return runs.endOf(at);
  }

  run(): SpanFinding[] {
    const text = this.#text;
    const length = text.length;
    const units = BUFFER.of(text);
    for (let i = 0; i < length;) {
      let c = units[i]!;
      const kind = KINDS[c]!;
      if (kind !== RUN) {
        if (kind === SIGN) {
          this.#sign(i, c);
          i = this.#past > i ? this.#past : i + 1;
        } else i++;
        continue;
      }
      // A run of letters and digits; nearly all of them are words, and cost two looks into tables.
      const start = i;
      do c = units[++i]!; while (KINDS[c] === RUN);
      const size = i - start;
      if (size > 1 || c === 0x2d || c === 0x5f || c === 0x2e) {
        const at = slot(units[start]!, units[start + 1]!, units[start + 2]!);
        if ((MARKED[at >> 5]! & (1 << (at & 31))) !== 0 && this.#begins(start)) {
          i = this.#past;
          continue;
        }
      }
      if (
        size > 2 && isEnding(units[i - 3]!, units[i - 2]!, units[i - 1]!) && this.#word(start, i)
      ) {
        i = this.#past;
      } else if (c === 0x3d && size < 25 && this.#take(connectionKeyAt(text, start, i))) {
        i = this.#past;
      } else if (size >= LEAST_LONG && this.#long(start, i, units[start]!)) i = this.#past;
    }
    return this.#out;
  }

  /** Looks at what begins like a token. Behind `-`, `_` or `.` only a few times in one run. */
  #begins(start: number): boolean {
    const before = start > 0 ? this.#text.charCodeAt(start - 1) : 0;
    const inside = before === 0x2d || before === 0x5f || before === 0x2e;
    if (inside && this.#endOf("joined", start) < 0) return false;
    return this.#take(this.#token(start));
  }

  /** Looks at a sign with which something may begin. */
  #sign(at: number, c: number): void {
    const text = this.#text;
    if (c === 0x3a) {
      const next = text.charCodeAt(at + 1);
      if (next === 0x2f && text.charCodeAt(at + 2) === 0x2f) this.#take(urlPasswordAt(text, at));
      else if (next > 0x2f && next < 0x7b && at > 6) this.#take(botTokenAt(text, at));
    } else if (c === 0x2d) {
      if (text.charCodeAt(at + 1) === 0x2d && text.startsWith("-----BEGIN ", at)) {
        this.#take(privateKeyAt(text, at));
      }
    } else if (c === 0x24) this.#take(passwordHashAt(text, at));
  }

  /** Looks at a word that may say that a secret follows. */
  #word(start: number, end: number): boolean {
    const after = this.#text.charCodeAt(end);
    // A run of nothing but such words is asked a few times, no more.
    if ((after === 0x2d || after === 0x5f) && this.#endOf("joined", end + 1) < 0) return false;
    let weight = weightOf(this.#text, start, end);
    if (weight === null) return false;
    if (weight === "pin") return this.#take(pinAt(this.#text, start, end));
    const { at, weight: before } = this.#kept;
    if (at === start) weight = stronger(before, weight);
    return this.#take(this.#valueBehind(end, weight));
  }

  /** Looks at a run that is too long for a word: a token without a prefix. */
  #long(start: number, end: number, first: number): boolean {
    const text = this.#text;
    if (start < this.#past) return false;
    if (end - start > 16 && end - start < 30 && text[end] === "." && first < 0x5b) {
      if (this.#take(discordTokenAt(text, start, end))) return true;
    }
    const stop = this.#endOf("base64", start);
    if (stop - start < 20) return false;
    return this.#take(highEntropyAt(text, start, this.#endOf("joined", start)));
  }

  #take(finding: SpanFinding | null): boolean {
    if (finding === null || finding.start < this.#past) return false;
    this.#out.push(finding);
    this.#past = finding.end;
    return true;
  }

  /** The secret value behind a word, over a few more words. */
  #valueBehind(wordEnd: number, weight: Weight): SpanFinding | null {
    const text = this.#text;
    let end = wordEnd;
    for (let reach = 0; reach < REACH; reach++) {
      const value = valueStart(text, end);
      if (value === null) return null;
      const { at, assigned } = value;
      const stop = weight === "password"
        ? passwordEnd(text, at, this.#endOf("password", at), assigned)
        : secretEnd(text, at, this.#endOf("joined", at), weight, assigned);
      if (stop > 0) {
        const password = weight === "password";
        return {
          rule_id: password ? "secret_password" : "secret_assigned",
          severity: "medium",
          reason: password ? "a password" : "a value that is called a secret",
          start: at,
          end: stop,
        };
      }
      const next = runEnd(text, at, ALNUM, 24);
      if (next === at || next - at > 20) return null;
      const more = weightOf(text, at, next);
      if (more !== null && more !== "pin") {
        // The next word is looked at in its turn; what this one says is kept for it.
        this.#kept = { weight, at };
        return null;
      }
      if (!FILLER.test(text.slice(at, next))) return null;
      end = next;
    }
    return null;
  }

  /** The token that begins at a place. */
  #token(at: number): SpanFinding | null {
    const text = this.#text;
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    if (a === 0x65 && b === 0x79 && (c === 0x4a || c === 0x41)) {
      return jwtAt(text, at, (from) => this.#endOf("word", from));
    }
    const formats = BY_HEAD.get(text.slice(at, at + 3));
    if (formats === undefined) return null;
    for (const format of formats) {
      if (!text.startsWith(format.prefix, at)) continue;
      const from = at + format.prefix.length;
      const end = tokenEnd(text, from, this.#endOf(format.body, from), format);
      if (end > 0) {
        return { rule_id: format.id, severity: "high", reason: format.reason, start: at, end };
      }
    }
    return null;
  }
}

/** Where a token ends whose rest begins at a place and may run to `stop`, or -1 where it is none. */
function tokenEnd(text: string, from: number, stop: number, format: TokenFormat): number {
  const [least, most] = format.length;
  let end = stop;
  // What ends a sentence is not part of a token.
  while (end > from && (text[end - 1] === "." || text[end - 1] === ":")) end--;
  if (end - from < least || end - from > most) return -1;
  const rest = makeupOf(text, from, Math.min(end, from + 400));
  if (format.digit === true && rest.digits === 0) return -1;
  if (rest.distinct < 2 && end - from > 20) return -1;
  return format.holds === undefined || text.slice(from, end).includes(format.holds) ? end : -1;
}

function stronger(first: Weight, second: Weight): Weight {
  return first === "password" || first === "strong" ? first : second;
}

/** Words between a name and its value. */
const FILLER =
  /^(?:is|are|was|id|code|value|the|for|v[0-9]|tok|x|live|test|prod|default|[0-9]{1,2})$/i;
