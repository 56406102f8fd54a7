// Numbers of cards, accounts, telephones and persons, written in groups or in one piece.

import type { SpanFinding } from "../types.ts";
import { ibanLength, isCpf, isDni, isIban, isNir, isPesel, isUsSsn, passesLuhn } from "./checks.ts";
import { phoneAt } from "./phone.ts";
import { isTime, type Run } from "./run.ts";

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
const CARD_GROUPS: ReadonlySet<string> = new Set([
  ...["4,4,4,4", "4,6,5", "4,6,4", "4,4,4,4,3", "4,4,4,1", "4,4,5"],
]);

function card(text: string, run: Run): SpanFinding | null {
  const { digits, groups, separators, start, end } = run;
  const length = digits.length;
  if (length < 12 || length > 19 || !passesLuhn(digits)) return null;
  const whole = groups.length === 1;
  if (!whole && (!CARD_GROUPS.has(groups.join(",")) || !/^[ -]$/.test(separators))) return null;
  if (digits === digits[0]!.repeat(length)) return null;
  const told = CARD_WORDS.test(text.slice(Math.max(0, start - 60), start));
  // Without a word about cards it must at least begin like one: one number in ten passes the check by chance.
  if (!told && (whole ? !isIssued(digits) || isTime(digits) : !isIssued(digits))) return null;
  return finding("pii_card", "a payment card number", start, end);
}

/** Whether a number begins and is as long as an issuer's (ISO/IEC 7812; the networks' published ranges). */
function isIssued(digits: string): boolean {
  const length = digits.length;
  const four = Number(digits.slice(0, 4));
  if (digits[0] === "4") return length === 13 || length === 16 || length === 19;
  if (four >= 5100 && four <= 5599) return length === 16;
  if (four >= 2221 && four <= 2720) return length === 16;
  if (/^3[47]/.test(digits)) return length === 15;
  if (/^(?:6011|65|64[4-9])/.test(digits)) return length === 16 || length === 19;
  if (/^(?:30[0-5]|36|38)/.test(digits)) return length === 14;
  return four >= 3528 && four <= 3589 && length === 16;
}

function person(text: string, run: Run): SpanFinding | null {
  const { digits, groups, separators, start, end } = run;
  const shape = groups.join(",");
  if (shape === "3,2,4" && separators === "-" && isUsSsn(digits)) {
    return finding("pii_us_ssn", "a US social security number", start, end);
  }
  const told = PERSON_WORDS.test(text.slice(Math.max(0, start - 40), start));
  const cpf = shape === "3,3,3,2" && separators === ".-";
  if ((cpf || (told && shape === "11")) && isCpf(digits)) {
    return finding("pii_br_cpf", "a Brazilian CPF number", start, end);
  }
  if (told && shape === "11" && isPesel(digits)) {
    return finding("pii_pl_pesel", "a Polish PESEL number", start, end);
  }
  const nir = shape === "1,2,2,2,3,3,2" || (told && shape === "15");
  if (nir && isNir(digits)) {
    return finding("pii_fr_nir", "a French social security number", start, end);
  }
  return null;
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
  const length = ibanLength(text.slice(start, start + 2));
  if (length === null) return null;
  const spaced = text.charCodeAt(start + 4) === 0x20;
  const end = start + length + (spaced ? (length - 1) >> 2 : 0);
  if (end > text.length || isPlain(text.charCodeAt(end))) return null;
  let plain = "";
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (isPlain(c)) plain += text[i];
    else if (c !== 0x20 || !spaced || (i - start + 1) % 5 !== 0) return null;
  }
  return plain.length === length && isIban(plain)
    ? finding("pii_iban", "an international bank account number", start, end)
    : null;
}

/** Letters and digits of nine: identity numbers of Spain and of the United Kingdom. */
function lettered(text: string, start: number): SpanFinding | null {
  const end = start + 9;
  if (isPlain(text.charCodeAt(end)) || !isPlain(text.charCodeAt(end - 1))) return null;
  const plain = text.slice(start, end);
  if (/^[0-9XYZ][0-9]{7}[A-Z]$/.test(plain)) {
    return isDni(plain) ? finding("pii_es_dni", "a Spanish identity number", start, end) : null;
  }
  return /^[A-CEGHJ-PR-TW-Z]{2}[0-9]{6}[A-D]$/.test(plain)
    ? finding("pii_uk_nino", "a UK national insurance number", start, end)
    : null;
}

/** Capitals and digits. */
function isPlain(c: number): boolean {
  return (c > 0x2f && c < 0x3a) || (c > 0x40 && c < 0x5b);
}
