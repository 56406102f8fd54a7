// Names of methods and identities as rules and flows select them: exact ones, in which `*` is any run of characters.

import { compileIdPattern, PatternError } from "../match/mod.ts";
import { METHODS } from "../wire/mod.ts";
import type { PathProblem } from "./keys.ts";
import type { Path } from "./path.ts";
import { nearest } from "./suggest.ts";
import { quote } from "./text.ts";

/** Every method's name. */
export const METHOD_NAMES: ReadonlySet<string> = new Set(METHODS.map((spec) => spec.method));

/**
 * A test for one of several methods; a method that does not exist is a problem.
 *
 * @param patterns Methods, in which `*` is any run of characters.
 * @param path Where they stand.
 * @param problems Takes what is wrong.
 * @returns Whether a method is one of them.
 */
export function methodTest(
  patterns: readonly string[],
  path: Path,
  problems: PathProblem[],
): (method: string) => boolean {
  patterns.forEach((method, i) => {
    if (method.includes("*") || METHOD_NAMES.has(method)) return;
    const suggestion = nearest(method, [...METHOD_NAMES]);
    problems.push({
      message: `no method that mcpguard knows: ${quote(method)}`,
      path: [...path, i],
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  });
  return oneOf(patterns, path, problems);
}

/**
 * A test for one of several exact names, in which `*` is any run of characters.
 *
 * @param patterns The names.
 * @param path Where they stand.
 * @param problems Takes bad ones.
 * @returns Whether a text is one of them.
 */
export function oneOf(
  patterns: readonly string[],
  path: Path,
  problems: PathProblem[],
): (text: string) => boolean {
  const exact = new Set<string>();
  const globs: ((text: string) => boolean)[] = [];
  patterns.forEach((pattern, i) => {
    if (!pattern.includes("*")) return void exact.add(pattern);
    try {
      globs.push(compileIdPattern(pattern));
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      problems.push({ message: error.message, path: [...path, i], inside: error.offset });
    }
  });
  return (text) => exact.has(text) || globs.some((glob) => glob(text));
}
