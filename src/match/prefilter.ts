// What a text must contain before an expression can match it: a search that is several times faster than the automaton,
// and that clears nearly every friendly text. Whatever is not plainly understood is not filtered.

/** Shorter pieces are in too many texts. */
const MIN_NEEDLE = 3;
/** Escapes that are one place of a text, or none, and so only end a piece. */
const CLASS_ESCAPES = "bBdDsSwWAztnrfva";
const REPEAT = /^\{([0-9]+)(?:,[0-9]*)?\}/;
/** Flags for what follows. */
const FLAGS = /^\(\?[A-Za-z-]*\)/;

/**
 * Finds a text that is part of everything an expression matches, letter case aside. Only what stands in every match is
 * looked at: literals outside of groups and classes, in an expression without top-level alternatives.
 *
 * @param source An expression in RE2 syntax that has been compiled, so that its syntax is right.
 * @returns The longest such piece of printable ASCII, in lower case, or null where there is none of three characters.
 *
 * @example
 * ```ts
 * import { requiredText } from "./prefilter.ts";
 * import { expect } from "expect";
 *
 * expect(requiredText("(?i)ignore.*Instructions?")).toBe("instruction");
 * expect(requiredText("rm|delete")).toBe(null);
 * ```
 */
export function requiredText(source: string): string | null {
  if (source.includes("\\Q")) return null;
  let best = "";
  let piece = "";
  let depth = 0;
  const end = (): void => {
    if (piece.length > best.length) best = piece;
    piece = "";
  };
  for (let i = 0; i < source.length; i++) {
    const c = source[i]!;
    if (c === "[") {
      end();
      i = endOfClass(source, i);
      if (i < 0) return null;
    } else if (c === "\\") {
      const escaped = source[++i] ?? "";
      if (depth === 0 && /^[ -~]$/.test(escaped) && !/^[A-Za-z0-9]$/.test(escaped)) {
        piece += escaped;
      } else {
        end();
        // Numbers, properties and quotes have an end of their own; inside a group it holds no bracket.
        if (!CLASS_ESCAPES.includes(escaped) && depth === 0) return null;
      }
    } else if (c === "(") {
      // RE2 reads a repetition behind flags as one of what stands before them: `abc(?i)?` matches "ab".
      if (depth === 0 && best + piece !== "" && FLAGS.test(source.slice(i))) return null;
      end();
      depth++;
    } else if (c === ")") {
      if (--depth < 0) return null;
    } else if (depth > 0) {
      continue;
    } else if (c === "|") {
      return null;
    } else if (c === "*" || c === "?") {
      // The character before may be missing.
      piece = piece.slice(0, -1);
      end();
    } else if (c === "{") {
      const repeat = REPEAT.exec(source.slice(i, i + 16));
      if (repeat === null) return null;
      if (Number(repeat[1]) === 0) piece = piece.slice(0, -1);
      end();
      i += repeat[0].length - 1;
    } else if ("+.^$".includes(c) || c < " " || c > "~") {
      end();
    } else {
      piece += c;
    }
  }
  end();
  return best.length >= MIN_NEEDLE ? best.toLowerCase() : null;
}

/** The closing bracket of a character class, or -1 where classes stand inside it. */
function endOfClass(source: string, open: number): number {
  let i = open + 1;
  if (source[i] === "^") i++;
  if (source[i] === "]") i++;
  for (; i < source.length; i++) {
    if (source[i] === "]") return i;
    if (source[i] === "[") return -1;
    if (source[i] === "\\") i++;
  }
  return -1;
}

/**
 * Says whether a text holds one of several pieces, letter case aside.
 *
 * @param text Any text.
 * @param needles Pieces as {@linkcode requiredText} finds them.
 * @returns False only when no expression that requires one of the pieces can match, in any mode of letter case.
 */
export function mayHold(text: string, needles: readonly string[]): boolean {
  // The long s is the one character beyond ASCII that folds to an ASCII letter but is not lower-cased to it.
  if (text.includes("\u017f")) return true;
  const lower = text.toLowerCase();
  return needles.some((needle) => lower.includes(needle));
}
