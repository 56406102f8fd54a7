// Patterns for names that the guard itself establishes (identities) or knows (methods): byte-exact, `*` any run.

import { compileGlob } from "./glob.ts";
import { checkGlobSyntax, STAR } from "./syntax.ts";

/**
 * Compiles one pattern.
 *
 * @param source The pattern: literal but for `*`.
 * @returns A test of whole texts; time is linear in the text.
 * @throws {PatternError} On syntax of other glob dialects.
 */
export function compileIdPattern(source: string): (text: string) => boolean {
  checkGlobSyntax(source, 0);
  const glob = compileGlob(source.replace(/\*+/g, STAR), { kind: "flat" });
  return (text) => glob.test(text);
}
