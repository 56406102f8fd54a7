// Folding: what is left of a text when case, compatibility forms, lookalikes and invisible characters are taken away.
// Deny patterns see folded texts, allow patterns never do.

import { lookalike } from "./confusables.ts";

/** Characters nobody sees: controls, format and default-ignorable characters, blanks that count as letters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{DI}\p{Cs}\u2800]/u;
/** Accents and strokes of the general blocks; vowel signs of other scripts stay. */
const ACCENT = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/;
const ASCII = /^[\x20-\x7e]*$/;

/** Whether lookalikes are replaced before lower-casing, after it, or not at all. */
export type FoldOrder = "shape" | "letter";

/**
 * Folds a text: NFKC, no accents, no invisible characters, lookalikes as ASCII, lower case. Separators stay.
 *
 * @param text Any text; time is linear in its length.
 * @param order `shape` judges each letter by how it looks in its own case (capital eta is an h), `letter`
 *   lower-cases first (eta is an n in both cases). Deny patterns are tried with both.
 * @returns The folded text.
 */
export function foldText(text: string, order: FoldOrder = "shape"): string {
  if (ASCII.test(text)) return text.toLowerCase();
  const source = (order === "shape" ? text : text.toLowerCase()).normalize("NFKD");
  let out = "";
  for (const char of source) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) {
      if (code >= 0x20 && code !== 0x7f) out += char;
    } else if (!INVISIBLE.test(char) && !ACCENT.test(char)) {
      out += lookalike(code) ?? char;
    }
  }
  // Lower-casing can make new lookalikes (dotted capital I) and composition new letters: settle both.
  const settled = out.toLowerCase().normalize("NFKC");
  return settled === text ? settled : settle(settled);
}

/** One more pass over an already lower-case text, so that folding twice changes nothing. */
function settle(text: string): string {
  if (ASCII.test(text)) return text;
  let out = "";
  for (const char of text.normalize("NFKD")) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) out += char;
    else if (!INVISIBLE.test(char) && !ACCENT.test(char)) out += lookalike(code) ?? char;
  }
  return out.toLowerCase().normalize("NFKC");
}

/** A name as deny patterns see it. */
export interface Skeleton {
  /** Folded text in which every run of separators is one underscore. */
  readonly text: string;
  /** Where a pattern may begin: at 0 and after each namespace separator, ascending. */
  readonly starts: readonly number[];
  /** Length of the text before parameters such as `;v=2`, or the whole length. */
  readonly end: number;
}

/** Characters that neither names nor namespaces have, and that lenient routers cut names at. */
const PARAMETER = ";?#@&=,|!$+<>()[]{}~^*\"'`%";
const SEPARATOR = "/.:_-\\ \t";
const NAMESPACE = "/.:\\";

/**
 * Folds a name to a skeleton: runs of separators become one underscore, and the places where a namespace
 * ends are noted.
 *
 * @param name Any name; time is linear in its length.
 * @param order See {@link foldText}.
 * @returns The skeleton.
 */
export function skeletonOf(name: string, order: FoldOrder = "shape"): Skeleton {
  // Whitespace controls separate; the other controls are nothing.
  const folded = foldText(name.replace(/\s/g, " "), order);
  const starts = [0];
  let text = "";
  let end = -1;
  let run = "";
  const close = (): void => {
    if (run === "") return;
    const namespace = firstNamespace(run);
    // What follows the namespace separator may itself begin with a separator: "fs._x".
    if (namespace >= 0 && namespace < run.length - 1) starts.push(text.length);
    text += "_";
    if (namespace >= 0 || run.length > 1 || text.length === 1) starts.push(text.length);
    run = "";
  };
  for (const char of folded) {
    const parameter = PARAMETER.includes(char);
    if (parameter || SEPARATOR.includes(char)) {
      if (parameter && end < 0 && text.length > 0) end = text.length;
      run += char;
    } else {
      close();
      text += char;
    }
  }
  close();
  return { text, starts, end: end < 0 ? text.length : end };
}

/** Index of the first separator in a run that ends a namespace, or -1. */
function firstNamespace(run: string): number {
  for (let i = 0; i < run.length; i++) {
    if (NAMESPACE.includes(run[i]!) || PARAMETER.includes(run[i]!)) return i;
  }
  return -1;
}

/**
 * Folds a name to its skeleton: NFKC, case, lookalikes, accents and invisible characters are gone, and all of
 * `/ . : _ -`, backslash and doubled separators are one underscore. Separators at either end are dropped.
 * Two names with equal skeletons are easily mistaken for each other.
 *
 * @param name Any name; time is linear in its length.
 * @returns The skeleton.
 *
 * @example
 * ```ts
 * import { foldName } from "./fold.ts";
 * import { expect } from "expect";
 *
 * expect(foldName("FS::Delete-File")).toBe("fs_delete_file");
 * ```
 */
export function foldName(name: string): string {
  const { text } = skeletonOf(name);
  return text.slice(text.startsWith("_") ? 1 : 0, text.endsWith("_") ? -1 : undefined);
}
