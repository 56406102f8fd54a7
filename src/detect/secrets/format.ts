// The form of a token: what it begins with, what the rest is made of, and how long that is.

/** Alphabets of token bodies, as the characters that may occur. */
export type Alphabet = "alnum" | "upper" | "hex" | "word" | "base64" | "dotted" | "uuid";

/** One form of token. */
export interface TokenFormat {
  /** The rule's id. */
  id: string;
  /** What it is, for people. */
  reason: string;
  /** What it begins with, exactly; at least three characters. */
  prefix: string;
  /** What the rest is made of. */
  body: Alphabet;
  /** Fewest and most characters of the rest; a longer rest is no such token. */
  length: readonly [number, number];
  /** What the rest must hold somewhere. */
  holds?: string;
  /** True: the rest must hold a digit, or a word of a program would pass for a token. */
  digit?: true;
  /** True: the last six characters are a checksum, see `checksum.ts`. */
  checksum?: true;
}

/** Writes several prefixes of one provider. */
export function family(
  id: string,
  reason: string,
  prefixes: readonly string[],
  body: Alphabet,
  length: readonly [number, number],
  more: Partial<TokenFormat> = {},
): TokenFormat[] {
  return prefixes.map((prefix) => ({
    ...{ id: `secret_${id}`, reason, prefix, body, length },
    ...more,
  }));
}
