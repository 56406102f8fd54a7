// Check digits: what tells a number of a person or an account from any other number.

import type { Digits } from "./run.ts";

/**
 * The check digit of payment cards.
 *
 * @param digits The digits.
 * @see ISO/IEC 7812-1, annex B
 */
export function passesLuhn({ values, length }: Digits): boolean {
  let sum = 0;
  for (let i = length - 1, double = false; i >= 0; i--, double = !double) {
    const digit = values[i]!;
    sum += double ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
  }
  return sum % 10 === 0;
}

/** Lengths of IBANs by country, for the countries that have the most of them (SWIFT IBAN Registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  ...{ AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BR: 29, BY: 28 },
  ...{ CH: 21, CR: 22, CY: 28, CZ: 24, DE: 22, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18 },
  ...{ FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21, HU: 28, IE: 22 },
  ...{ IL: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LI: 21, LT: 20, LU: 20, LV: 21 },
  ...{ MC: 27, MD: 24, ME: 22, MK: 19, MR: 27, MT: 31, MU: 30, NL: 18, NO: 15, PK: 24, PL: 28 },
  ...{ PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, SA: 24, SE: 24, SI: 19, SK: 24, SM: 27, TN: 24 },
  ...{ TR: 26, UA: 29, VA: 22, VG: 24, XK: 20 },
};

/** The same by the two letters, five bits each. */
const LENGTHS = new Uint8Array(1 << 10);
for (const [country, length] of Object.entries(IBAN_LENGTHS)) {
  LENGTHS[slotOf(country.charCodeAt(0), country.charCodeAt(1))] = length;
}

function slotOf(first: number, second: number): number {
  return (first & 31) << 5 | (second & 31);
}

/** How long the IBANs of a country are, by the two units of its name; 0 where it has none. */
export function ibanLength(first: number, second: number): number {
  const capitals = first > 0x40 && first < 0x5b && second > 0x40 && second < 0x5b;
  return capitals ? LENGTHS[slotOf(first, second)]! : 0;
}

/**
 * Whether letters and digits are an IBAN.
 *
 * @param text Capitals and digits, no spaces.
 * @see ISO 13616-1, section 5
 */
export function isIban(text: string): boolean {
  const length = ibanLength(text.charCodeAt(0), text.charCodeAt(1));
  return length === text.length && remainder97(text, 0, length) === 1;
}

/** An IBAN's number modulo 97: capitals are two digits, its first four characters the last ones, spaces nothing. */
export function remainder97(text: string, start: number, end: number): number {
  let rest = 0;
  for (let i = start + 4; i < end; i++) rest = added(rest, text.charCodeAt(i));
  for (let i = start; i < start + 4; i++) rest = added(rest, text.charCodeAt(i));
  return rest;
}

function added(rest: number, c: number): number {
  if (c === 0x20) return rest;
  return c < 0x3a ? (rest * 10 + c - 0x30) % 97 : (rest * 100 + c - 0x37) % 97;
}

/** Numbers that were printed in advertisements and forms, and belong to nobody since (SSA). */
const PRINTED: ReadonlySet<string> = new Set(["078051120", "219099999", "123456789"]);

/** Whether digits are an American social security number: no area 000, 666 or 9xx, no group 00, no serial 0000. */
export function isUsSsn(digits: string): boolean {
  if (PRINTED.has(digits)) return false;
  const [area, group, serial] = [digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)];
  return area !== "000" && area !== "666" && area < "900" && group !== "00" && serial !== "0000";
}

/** Whether digits are a Brazilian CPF: two check digits modulo 11 (Receita Federal). */
export function isCpf(digits: string): boolean {
  if (digits.length !== 11 || isOneDigit(digits)) return false;
  return [9, 10].every((count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (digits.charCodeAt(i) - 0x30) * (count + 1 - i);
    return (sum * 10) % 11 % 10 === digits.charCodeAt(count) - 0x30;
  });
}

/** Whether digits are a Polish PESEL: weights 1, 3, 7, 9 modulo 10, and a month that exists. */
export function isPesel(digits: string): boolean {
  if (digits.length !== 11 || isOneDigit(digits)) return false;
  const month = Number(digits.slice(2, 4)) % 20;
  const day = Number(digits.slice(4, 6));
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const weights = [1, 3, 7, 9];
  let sum = 0;
  for (let i = 0; i < 10; i++) sum += (digits.charCodeAt(i) - 0x30) * weights[i % 4]!;
  return (10 - sum % 10) % 10 === digits.charCodeAt(10) - 0x30;
}

const DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Whether a text is a Spanish DNI or NIE: a letter that is the number modulo 23. */
export function isDni(text: string): boolean {
  const number = text.slice(0, -1).replace(/^X/, "0").replace(/^Y/, "1").replace(/^Z/, "2");
  return number.length === 8 && DNI_LETTERS[Number(number) % 23] === text[text.length - 1];
}

/** Whether digits are a French social security number (NIR): 97 minus the number modulo 97 (INSEE). */
export function isNir(digits: string): boolean {
  if (digits.length !== 15 || !/^[12]/.test(digits)) return false;
  const month = Number(digits.slice(3, 5));
  if (month < 1 || (month > 12 && month < 20)) return false;
  return 97 - Number(BigInt(digits.slice(0, 13)) % 97n) === Number(digits.slice(13));
}

function isOneDigit(digits: string): boolean {
  return digits === digits.charAt(0).repeat(digits.length);
}
