// Lists of URI patterns.

import { compileNameList } from "./names.ts";
import type { UriList } from "./types.ts";

/**
 * Compiles URI patterns.
 *
 * @param patterns Patterns of the policy.
 * @returns The list.
 * @throws {PatternError} On syntax that is not supported.
 */
export function compileUriList(patterns: readonly string[]): UriList {
  const list = compileNameList(patterns.map((p) => p.replace("file://**/", "file://**")));
  return {
    size: list.size,
    sources: [...patterns],
    firstExact: (u) => list.firstExact(u.uri),
    firstFolded: (u) => list.firstFolded(u.uri),
    firstReachable: () => list.size > 0 ? 0 : -1,
    firstCovering: (t) => list.firstFolded(t.prefix),
  };
}
