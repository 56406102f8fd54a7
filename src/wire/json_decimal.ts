// The one canonical spelling of a number's value: ECMAScript's where a double is what it means,
// an exact decimal where a double would make two different numbers alike.

/** A decimal value: D.DDD times ten to the exponent, with no zeros at either end. */
interface Decimal {
  readonly negative: boolean;
  /** Significant digits; empty for zero. */
  readonly digits: string;
  /** Canonical: a minus or nothing, and no leading zeros. Any length, so no number. */
  readonly exponent: string;
}

/** Significant digits that always lead from a double to text and back (C's DBL_DECIMAL_DIG). */
const ROUND_TRIP_DIGITS = 17;
/** Below this a double has fewer digits than it seems. */
const LEAST_NORMAL = 2.2250738585072014e-308;

/**
 * Spells a number so that equal values get equal text and different ones do not.
 *
 * 1. A value that ECMAScript prints for some double is printed like that (RFC 8785 section
 *    3.2.2.3): `1.0` is `1`, `1E30` is `1e+30`, `-0` is `0`.
 * 2. A fraction of at most 17 digits names its nearest double, as it does for every reader of
 *    doubles and in RFC 8785's own example: `333333333.33333329` is `333333333.3333333`.
 *    This is the one case in which two decimals (both naming the same double) share a spelling.
 * 3. Every other value is written exactly, as `D.DDDe+N`: overflow and underflow, integers that no
 *    double prints as (`9007199254740993` is `9.007199254740993e+15`), and longer fractions.
 *
 * Spelling 3 never meets 1 or 2: read as a decimal it is a value that no double prints as.
 *
 * @param raw A valid JSON number token.
 * @returns The canonical spelling, itself a valid JSON number.
 */
export function canonicalNumber(raw: string): string {
  const double = Number(raw);
  const printed = String(double);
  if (printed === raw) return raw;
  const exact = decimalOf(raw);
  if (exact.digits === "") return "0";
  const magnitude = Math.abs(double);
  if (magnitude !== Infinity && magnitude !== 0) {
    const nearest = decimalOf(printed);
    if (nearest.digits === exact.digits && nearest.exponent === exact.exponent) return printed;
    // Beyond 2^53 every double is an integer.
    const namesDouble = exact.digits.length <= ROUND_TRIP_DIGITS && magnitude >= LEAST_NORMAL &&
      !Number.isInteger(double);
    if (namesDouble) return printed;
  }
  const { negative, digits, exponent } = exact;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const plus = exponent.startsWith("-") ? "" : "+";
  return `${negative ? "-" : ""}${digits[0]}${fraction}e${plus}${exponent}`;
}

/** Takes a valid number token apart. */
function decimalOf(raw: string): Decimal {
  const negative = raw.startsWith("-");
  const mark = Math.max(raw.indexOf("e"), raw.indexOf("E"));
  const mantissa = raw.slice(negative ? 1 : 0, mark < 0 ? raw.length : mark);
  const point = mantissa.indexOf(".");
  const whole = point < 0 ? mantissa : mantissa.slice(0, point);
  const all = point < 0 ? whole : whole + mantissa.slice(point + 1);
  let first = 0;
  while (first < all.length && all.charCodeAt(first) === 0x30) first++;
  let last = all.length;
  while (last > first && all.charCodeAt(last - 1) === 0x30) last--;
  return {
    negative,
    digits: all.slice(first, last),
    exponent: addToExponent(mark < 0 ? "" : raw.slice(mark + 1), whole.length - first - 1),
  };
}

/** Digits of which a double holds any number exactly, with room for a carry. */
const SAFE_DIGITS = 15;

/**
 * Adds a small number to an exponent of any length, in linear time (BigInt takes a third of a
 * second for a megabyte of digits).
 *
 * @param text Digits with or without a sign; empty for zero.
 * @param addend An integer of far fewer than 15 digits.
 * @returns The canonical sum.
 */
function addToExponent(text: string, addend: number): string {
  const negative = text.startsWith("-");
  let first = negative || text.startsWith("+") ? 1 : 0;
  while (first < text.length && text.charCodeAt(first) === 0x30) first++;
  const digits = text.slice(first);
  if (digits.length <= SAFE_DIGITS) {
    return String((negative ? -Number(digits) : Number(digits)) + addend);
  }
  // The sign stays, since the addend is too small to reach zero.
  const cut = digits.length - SAFE_DIGITS;
  const tail = Number(digits.slice(cut)) + (negative ? -addend : addend);
  const head = digits.slice(0, cut);
  const base = 10 ** SAFE_DIGITS;
  const carry = tail < 0 ? -1 : tail >= base ? 1 : 0;
  const sum = stepDecimal(head, carry) + String(tail - carry * base).padStart(SAFE_DIGITS, "0");
  return (negative ? "-" : "") + (sum.startsWith("0") ? String(Number(sum)) : sum);
}

/** Adds -1, 0 or 1 to a positive decimal of any length, keeping leading zeros out but for zero. */
function stepDecimal(digits: string, step: number): string {
  if (step === 0) return digits;
  const over = step > 0 ? "9" : "0";
  let i = digits.length - 1;
  while (i >= 0 && digits[i] === over) i--;
  const zeros = (step > 0 ? "0" : "9").repeat(digits.length - 1 - i);
  if (i < 0) return "1" + zeros;
  const rest = digits.slice(0, i) + String(Number(digits[i]) + step) + zeros;
  return rest.length > 1 && rest.startsWith("0") ? rest.slice(1) : rest;
}
