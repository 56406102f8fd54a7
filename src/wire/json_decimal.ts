// The one canonical spelling of a number's value: ECMAScript's where a double is what it means,
// an exact decimal where a double would make two different numbers alike.

/** A decimal value: 0.DIGITS times ten to the exponent, with no zeros at either end. */
interface Decimal {
  readonly negative: boolean;
  /** Significant digits; empty for zero. */
  readonly digits: string;
  readonly exponent: bigint;
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
 * 2. A fraction of at most 17 digits within 2^53 names its nearest double, as it does for every
 *    reader of doubles and in RFC 8785's own example: `333333333.33333329` is `333333333.3333333`.
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
    const namesDouble = exact.digits.length <= ROUND_TRIP_DIGITS && magnitude >= LEAST_NORMAL &&
      magnitude <= Number.MAX_SAFE_INTEGER && !Number.isInteger(double);
    if (namesDouble) return printed;
  }
  const { negative, digits } = exact;
  const exponent = exact.exponent - 1n;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${negative ? "-" : ""}${digits[0]}${fraction}e${exponent < 0n ? "" : "+"}${exponent}`;
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
  // Exponents may have any number of digits, and BigInt takes no plus sign.
  const power = mark < 0 || first === last ? 0n : signedBigInt(raw.slice(mark + 1));
  return {
    negative,
    digits: all.slice(first, last),
    exponent: power + BigInt(whole.length - first),
  };
}

function signedBigInt(text: string): bigint {
  if (text.startsWith("-")) return -BigInt(text.slice(1));
  return BigInt(text.startsWith("+") ? text.slice(1) : text);
}
