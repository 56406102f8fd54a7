// What an unquoted YAML word means here: JSON's numbers and words, and text. Whatever YAML versions
// read differently (no, 0o17, 1_000, 12:30, dates) is no value at all, so that nobody guesses.

/** An unquoted word that is refused wherever it stands. */
export class OddScalar {
  /** What the word looks like, e.g. `an octal or hexadecimal number`. */
  readonly what: string;
  /** How the file spells it. */
  readonly text: string;
  /** How to write it when it was meant as the type that is expected. */
  readonly meant: boolean | undefined;

  /**
   * Describes the word.
   *
   * @param text How the file spells it.
   * @param what What the word looks like.
   * @param meant The boolean that the word means to some readers.
   */
  constructor(text: string, what: string, meant?: boolean) {
    this.text = text;
    this.what = what;
    this.meant = meant;
  }
}

/** The value of a scalar. */
export type ScalarValue = string | number | boolean | null | OddScalar;

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["yes", true],
  ["on", true],
  ["true", true],
  ["no", false],
  ["off", false],
  ["false", false],
]);

/**
 * Resolves a plain (unquoted) scalar.
 *
 * @param text The scalar's text.
 * @returns The value; {@linkcode OddScalar} for what YAML readers disagree about.
 * @see https://yaml.org/spec/1.2.2/#103-core-schema and https://yaml.org/type/ (YAML 1.1)
 */
export function resolvePlain(text: string): ScalarValue {
  if (text === "true") return true;
  if (text === "false") return false;
  if (text === "" || text === "null") return null;
  const lower = text.toLowerCase();
  if (text === "~" || lower === "null") return null;
  const boolean = BOOLEANS.get(lower);
  if (boolean !== undefined) {
    return new OddScalar(text, "a word that some YAML readers take for a boolean", boolean);
  }
  if (text === "<<" || text === "=") return new OddScalar(text, "a YAML 1.1 merge or value key");
  const first = text.charCodeAt(0);
  const digit = first >= 48 && first <= 57;
  if (!digit && text[0] !== "-" && text[0] !== "+" && text[0] !== ".") return text;
  return resolveNumber(text, lower);
}

function resolveNumber(text: string, lower: string): string | number | OddScalar {
  if (isJsonDecimal(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value + 0 : new OddScalar(text, "a number beyond all ranges");
  }
  const bare = lower[0] === "-" || lower[0] === "+" ? lower.slice(1) : lower;
  if (bare === ".inf" || bare === ".nan") return new OddScalar(text, "no finite number");
  if (/^0[xob][0-9a-f_]+$/.test(bare)) {
    return new OddScalar(text, "a number in hexadecimal, octal or binary");
  }
  if (/^[0-9][0-9_]*$/.test(bare)) {
    return new OddScalar(
      text,
      bare.includes("_")
        ? "a number with underscores"
        : "a number with a leading zero or plus sign",
    );
  }
  if (/^[0-9.][0-9_.]*e[-+]?[0-9]+$/.test(bare)) {
    return new OddScalar(text, "a number with an exponent");
  }
  if (/^[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[t\s])/.test(bare)) {
    return new OddScalar(text, "a date");
  }
  if (/^[0-9]{1,3}(?::[0-9]{1,2}){1,2}(?:\.[0-9]*)?$/.test(bare)) {
    return new OddScalar(text, "a time, which some YAML readers take for a number");
  }
  if (/^[0-9_]*\.[0-9_]*$/.test(bare) && /[0-9]/.test(bare)) {
    return new OddScalar(text, "an unusual spelling of a number");
  }
  return text;
}

/** `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, as in RFC 8259 without an exponent. */
function isJsonDecimal(text: string): boolean {
  return /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/.test(text);
}
