// When two member names mean the same to a lenient reader: Go's parsers fold case, pydantic takes snake_case for camelCase.

const PLAIN = /^[a-z0-9./]*$/;
const ASCII = /^[ -~]*$/;
const SEPARATORS = /[_-]/g;
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}_-]/gu;

/**
 * Folds a member name to what the most lenient known reader would take it for: compatibility forms (NFKC), case
 * (upper, then lower, so that `ß` and `ſ` fold too), invisible characters, `_` and `-`.
 *
 * @param key A member name, already unescaped.
 * @returns The folded name; equal for names that some reader may confuse.
 *
 * @example Names that a lenient reader confuses
 * ```ts
 * import { foldKey } from "./fold.ts";
 *
 * if (foldKey("request_state") !== foldKey("RequestState")) throw new Error("unexpected");
 * ```
 *
 * @see CVE-2026-27896 and GHSA-4gph-2hhr-5mwg
 */
export function foldKey(key: string): string {
  if (PLAIN.test(key)) return key;
  if (ASCII.test(key)) return key.toLowerCase().replace(SEPARATORS, "");
  return key.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC")
    .replace(IGNORABLE, "");
}
