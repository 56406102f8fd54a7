// The pattern that matches one name and no other, for policies that are written by the program.

import { compileNameList } from "./names.ts";
import { MAX_PATTERN } from "./syntax.ts";

/**
 * A name as a pattern of an allow list.
 *
 * @param name The name of a tool or a prompt.
 * @returns The name itself where it has nothing that patterns give a meaning, else `re:` and each such character spelled
 * out; null where no pattern can match it.
 *
 * @example
 * ```ts
 * import { literalNamePattern } from "./literal_name.ts";
 * import { expect } from "expect";
 *
 * expect(literalNamePattern("files/read")).toBe("files/read");
 * expect(literalNamePattern("re:.*")).toBe("re:re\\x{3a}\\x{2e}\\x{2a}");
 * ```
 */
export function literalNamePattern(name: string): string | null {
  const plain = !name.startsWith("re:") && /^[A-Za-z0-9_./:-]*$/.test(name);
  const spelled = (char: string): string =>
    /[A-Za-z0-9_]/.test(char) ? char : `\\x{${char.codePointAt(0)!.toString(16)}}`;
  const pattern = plain ? name : `re:${[...name].map(spelled).join("")}`;
  if (pattern.length > MAX_PATTERN) return null;
  try {
    return compileNameList([pattern]).firstExact(name) === 0 ? pattern : null;
  } catch {
    return null;
  }
}
