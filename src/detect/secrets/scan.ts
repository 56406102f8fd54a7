// At each run of letters and digits that was marked: the forms that begin there and the words that end there.

import { MARKS, type Outline, SHORTEST_RUN } from "../outline.ts";
import { UNITS } from "../normalise/units.ts";
import type { SpanFinding } from "../types.ts";
import { ALNUM, ALPHABETS, JOINED, makeupOf, runEnd, Runs } from "./alphabet.ts";
import type { Alphabet, TokenFormat } from "./format.ts";
import { passesChecksum } from "./checksum.ts";
import { formatsOf, mayBegin } from "./heads.ts";
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
  isAssigned,
  isEnding,
  PASSWORD_CHARS,
  passwordEnd,
  secretEnd,
  valueStart,
  type Weight,
  weightOf,
} from "./values.ts";

const RUN_TABLES = { ...ALPHABETS, joined: JOINED, password: PASSWORD_CHARS };

/** How many runs a word's meaning outlasts: `secret access key`, `token is`. */
const REACH = 3;

/** What is shorter and stands before `=` is the name of another value: no value of a word is so short. */
const SHORT_NAME = 10;

/**
 * Finds secrets that a text shows plainly.
 *
 * @param text The text.
 * @param outline What was seen of it.
 * @returns Findings in order of their place, none inside another.
 */
export function scanText(text: string, { places }: Outline): SpanFinding[] {
  for (let k = 1; k < places.length; k += 2) {
    if ((places[k]! & SECRET) !== 0) return new Scan(text).run(places, k - 1);
  }
  return [];
}

const SECRET = MARKS.secret | MARKS.sign;

class Scan {
  readonly #text: string;
  readonly #units: Uint16Array;
  readonly #runs: Partial<Record<Alphabet | "joined" | "password", Runs>> = {};
  readonly #out: SpanFinding[] = [];
  #past = 0;
  #kept: { weight: Weight; at: number } = { weight: "weak", at: -1 };
  /** What the word that was looked at ahead says itself, and where it stands. */
  readonly #ahead = { start: -1, end: -1, weight: "weak" as Weight | null };

  constructor(text: string) {
    this.#text = text;
    this.#units = UNITS.of(text);
  }

  #endOf(name: Alphabet | "joined" | "password", at: number): number {
    const runs = this.#runs[name] ??= new Runs(this.#units, RUN_TABLES[name]);
    return runs.endOf(at);
  }

  run(places: readonly number[], first: number): SpanFinding[] {
    const text = this.#text;
    for (let k = first; k < places.length; k += 2) {
      const marks = places[k + 1]!;
      const start = places[k]!;
      if ((marks & SECRET) === 0 || start < this.#past) continue;
      const before = this.#past;
      if ((marks & MARKS.sign) !== 0) this.#sign(start, text.charCodeAt(start));
      else this.#run(start);
      // What follows a finding inside a run is a run of its own.
      let past = before;
      while (this.#past > past) {
        past = this.#past;
        if (isAlnum(text, past) && isAlnum(text, past - 1)) this.#run(past);
      }
    }
    return this.#out;
  }

  /** Looks at a run of letters and digits: what begins there, and what its end says of what follows. */
  #run(start: number): void {
    const units = this.#units;
    const end = runEnd(units, start, ALNUM);
    const size = end - start;
    const after = units[end]!;
    if (
      (size > 1 || after === 0x2d || after === 0x5f || after === 0x2e) &&
      mayBegin(units[start]!, units[start + 1]!, units[start + 2]!) && this.#begins(start)
    ) return;
    const ending = size > 2 && isEnding(units[end - 3]!, units[end - 2]!, units[end - 1]!);
    if (ending && this.#word(start, end)) return;
    if (after === 0x3d && size < 25) {
      if (this.#take(connectionKeyAt(this.#text, units, start, end))) return;
    }
    if (size >= SHORTEST_RUN) this.#long(start, end, units[start]!);
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
      if (next === 0x2f && text.charCodeAt(at + 2) === 0x2f) {
        const password = urlPasswordAt(text, at);
        const own = password === null ? null : this.#token(password.start);
        this.#take(own === null || own.end !== password?.end ? password : own);
      } else if (next > 0x2f && next < 0x7b && at > 6) {
        this.#take(botTokenAt(text, this.#units, at));
      }
    } else if (c === 0x2d) {
      if (text.charCodeAt(at + 1) === 0x2d && text.startsWith("-----BEGIN ", at)) {
        this.#take(privateKeyAt(text, at));
      }
    } else if (c === 0x24) this.#take(passwordHashAt(text, this.#units, at));
  }

  /** Looks at a word that may say that a secret follows. */
  #word(start: number, end: number): boolean {
    const after = this.#text.charCodeAt(end);
    // A run of nothing but such words is asked a few times, no more.
    if ((after === 0x2d || after === 0x5f) && this.#endOf("joined", end + 1) < 0) return false;
    const ahead = this.#ahead;
    let weight = ahead.start === start && ahead.end === end
      ? ahead.weight
      : weightOf(this.#text, start, end);
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
      if (this.#take(discordTokenAt(text, this.#units, start, end))) return true;
    }
    if (!isAssigned(text, start)) return false;
    const stop = this.#endOf("base64", start);
    if (stop - start < 20) return false;
    return this.#take(highEntropyAt(text, this.#units, start, this.#endOf("joined", start)));
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
      const next = runEnd(this.#units, at, ALNUM, 24);
      const stop = weight === "password"
        ? passwordEnd(text, this.#units, at, this.#endOf("password", at), assigned)
        : this.#units[next] === 0x3d && next - at < SHORT_NAME
        ? -1
        : secretEnd(text, this.#units, at, this.#endOf("joined", at), weight, assigned);
      if (stop > 0) {
        const password = weight === "password";
        // What has a form of its own is told by that, whatever it is called.
        const own = this.#token(at);
        if (own !== null) return { ...own, end: Math.max(own.end, stop) };
        return {
          rule_id: password ? "secret_password" : "secret_assigned",
          severity: "medium",
          reason: password ? "a password" : "a value that is called a secret",
          start: at,
          end: stop,
        };
      }
      if (next === at || next - at > 20) return null;
      const more = weightOf(text, at, next);
      this.#ahead.start = at;
      this.#ahead.end = next;
      this.#ahead.weight = more;
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
    const fourth = text.charCodeAt(at + 3);
    for (const format of formatsOf(a, b, c)) {
      const { prefix } = format;
      // The first three are known, and the fourth tells most.
      if (prefix.length > 3 && prefix.charCodeAt(3) !== fourth) continue;
      if (!text.startsWith(prefix, at)) continue;
      const from = at + prefix.length;
      const end = tokenEnd(text, this.#units, from, this.#endOf(format.body, from), format);
      if (end < 0) continue;
      const right = format.checksum === true && passesChecksum(text.slice(from, end));
      const reason = right ? `${format.reason}, its checksum is right` : format.reason;
      return { rule_id: format.id, severity: "high", reason, start: at, end };
    }
    return null;
  }
}

/** Where a token ends whose rest begins at a place and may run to `stop`, or -1 where it is none. */
function tokenEnd(
  text: string,
  units: Uint16Array,
  from: number,
  stop: number,
  format: TokenFormat,
): number {
  const [least, most] = format.length;
  let end = stop;
  // What ends a sentence is not part of a token.
  while (end > from && (text[end - 1] === "." || text[end - 1] === ":")) end--;
  if (end - from < least || end - from > most) return -1;
  const rest = makeupOf(units, from, Math.min(end, from + 400));
  if (format.digit === true && rest.digits === 0) return -1;
  if (rest.distinct < 2 && end - from > 20) return -1;
  return format.holds === undefined || text.slice(from, end).includes(format.holds) ? end : -1;
}

function isAlnum(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c < 128 && ALNUM[c] === 1;
}

function stronger(first: Weight, second: Weight): Weight {
  return first === "password" || first === "strong" ? first : second;
}

/** Words between a name and its value. */
const FILLER =
  /^(?:is|are|was|id|code|value|the|for|v[0-9]|tok|x|live|test|prod|default|[0-9]{1,2})$/i;
