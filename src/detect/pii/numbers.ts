// Numbers of cards, accounts, telephones and persons, written in groups or in one piece.

import type { SpanFinding } from "../types.ts";
import {
  ibanLength,
  isCpf,
  isDni,
  isNir,
  isPesel,
  isUsSsn,
  passesLuhn,
  remainder97,
} from "./checks.ts";
import { phoneAt } from "./phone.ts";
import { type Digits, isTime, type Run, SEPARATORS, shapeOf } from "./run.ts";

function finding(rule: string, reason: string, start: number, end: number): SpanFinding {
  return { rule_id: rule, severity: "high", reason, start, end };
}

/** Which words before a number say what it is; looked for in the 40 characters before it. */
const CARD_WORDS = /card|credit|\bcc\b|visa|amex|mastercard|payment|karte|tarjeta|carte/i;
const PERSON_WORDS = /ssn|social security|\bcpf\b|pesel|\bnir\b|s[ée]curit[ée] sociale/i;

/**
 * What a number is, if it is anybody's.
 *
 * @param text The text.
 * @param run The number.
 * @returns A finding, or null.
 */
export function numberFinding(text: string, run: Run): SpanFinding | null {
  if (run.cut) return null;
  return card(text, run) ?? person(text, run) ?? phoneAt(text, run);
}

/** Sizes of groups in which cards are written. */
const CARD_GROUPS: ReadonlySet<number> = new Set([
  ...[shapeOf(4, 4, 4, 4), shapeOf(4, 6, 5), shapeOf(4, 6, 4), shapeOf(4, 4, 4, 4, 3)],
  ...[shapeOf(4, 4, 4, 1), shapeOf(4, 4, 5)],
]);

function card(text: string, run: Run): SpanFinding | null {
  const { digits, shape, separators, start, end } = run;
  const { length } = digits;
  if (length < 12 || length > 19) return null;
  const whole = run.groups === 1;
  if (!whole) {
    if (separators !== SEPARATORS.space && separators !== SEPARATORS.dash) return null;
    if (!CARD_GROUPS.has(shape)) return null;
  }
  if (!passesLuhn(digits) || isOneDigit(digits)) return null;
  // Without a word about cards it must at least begin like one: one number in ten passes the check by chance.
  const sure = isIssued(digits) && !(whole && isTime(digits));
  if (!sure && !CARD_WORDS.test(text.slice(Math.max(0, start - 60), start))) return null;
  return finding("pii_card", "a payment card number", start, end);
}

function isOneDigit({ values, length }: Digits): boolean {
  for (let i = 1; i < length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** Whether a number begins and is as long as an issuer's (ISO/IEC 7812; the networks' published ranges). */
function isIssued(digits: Digits): boolean {
  const { length, values } = digits;
  const four = digits.number(4);
  const two = (four / 100) | 0;
  const three = (four / 10) | 0;
  if (values[0] === 4) return length === 13 || length === 16 || length === 19;
  if (four >= 5100 && four <= 5599) return length === 16;
  if (four >= 2221 && four <= 2720) return length === 16;
  if (two === 34 || two === 37) return length === 15;
  if (four === 6011 || two === 65 || (three >= 644 && three <= 649)) {
    return length === 16 || length === 19;
  }
  if ((three >= 300 && three <= 305) || two === 36 || two === 38) return length === 14;
  return four >= 3528 && four <= 3589 && length === 16;
}

const SSN = shapeOf(3, 2, 4);
/** `123.456.789-09` */
const CPF = shapeOf(3, 3, 3, 2);
const DOTS_AND_DASH = SEPARATORS.dot | SEPARATORS.dash;
const NIR = shapeOf(1, 2, 2, 2, 3, 3, 2);

function person(text: string, run: Run): SpanFinding | null {
  const { shape, separators, start, end } = run;
  const whole = run.groups === 1 ? run.digits.length : 0;
  if (shape === SSN) {
    return separators === SEPARATORS.dash && isUsSsn(run.digits.toString())
      ? finding("pii_us_ssn", "a US social security number", start, end)
      : null;
  }
  const formed = shape === NIR ||
    (shape === CPF && separators === DOTS_AND_DASH && text.charCodeAt(start + 3) !== 0x2d);
  if (!formed && whole !== 11 && whole !== 15) return null;
  // In one piece such a number is anything, unless a word says what it is.
  if (!formed && !PERSON_WORDS.test(text.slice(Math.max(0, start - 40), start))) return null;
  const digits = run.digits.toString();
  if (digits.length === 15) {
    return isNir(digits)
      ? finding("pii_fr_nir", "a French social security number", start, end)
      : null;
  }
  if (isCpf(digits)) return finding("pii_br_cpf", "a Brazilian CPF number", start, end);
  return whole === 11 && isPesel(digits)
    ? finding("pii_pl_pesel", "a Polish PESEL number", start, end)
    : null;
}

/**
 * An account or identity number that begins with letters, or ends in one.
 *
 * @param text The text.
 * @param start Where its first letter or digit stands.
 */
export function letteredFinding(text: string, start: number): SpanFinding | null {
  return iban(text, start) ?? lettered(text, start);
}

/** An IBAN, in one piece or in groups of four. */
function iban(text: string, start: number): SpanFinding | null {
  const length = ibanLength(text.charCodeAt(start), text.charCodeAt(start + 1));
  if (length === 0) return null;
  const spaced = text.charCodeAt(start + 4) === 0x20;
  const end = start + length + (spaced ? (length - 1) >> 2 : 0);
  if (end > text.length || isPlain(text.charCodeAt(end))) return null;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    const between = spaced && (i - start) % 5 === 4;
    if (between ? c !== 0x20 : !isPlain(c)) return null;
  }
  return remainder97(text, start, end) === 1
    ? finding("pii_iban", "an international bank account number", start, end)
    : null;
}

/** Letters and digits of nine: identity numbers of Spain and of the United Kingdom. */
function lettered(text: string, start: number): SpanFinding | null {
  const end = start + 9;
  if (!isCapital(text.charCodeAt(end - 1)) || isPlain(text.charCodeAt(end))) return null;
  // What both have.
  for (let i = start + 2; i < end - 1; i++) if (!isDigit(text.charCodeAt(i))) return null;
  const plain = text.slice(start, end);
  if (isDigit(text.charCodeAt(start + 1))) {
    const first = text.charCodeAt(start);
    const spanish = isDigit(first) || (first > 0x57 && first < 0x5b);
    return spanish && isDni(plain)
      ? finding("pii_es_dni", "a Spanish identity number", start, end)
      : null;
  }
  return /^[A-CEGHJ-PR-TW-Z]{2}[0-9]{6}[A-D]$/.test(plain)
    ? finding("pii_uk_nino", "a UK national insurance number", start, end)
    : null;
}

/** Capitals and digits. */
function isPlain(c: number): boolean {
  return isDigit(c) || isCapital(c);
}

function isDigit(c: number): boolean {
  return c > 0x2f && c < 0x3a;
}

function isCapital(c: number): boolean {
  return c > 0x40 && c < 0x5b;
}
