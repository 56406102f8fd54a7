// Compiles the lists of patterns and reports every bad pattern with its place.

import {
  compileNameList,
  compileRegexSet,
  compileUriList,
  joinName,
  PatternError,
} from "../match/mod.ts";
import type { NameList, RegexSet, UriList } from "../match/mod.ts";
import type { PathProblem } from "./keys.ts";
import type { Path } from "./path.ts";

/** Compiles lists; when one fails, every bad pattern of it is reported, not only the first. */
export class PatternCompiler {
  readonly #problems: PathProblem[];
  readonly #upstreams: readonly string[];

  /**
   * Begins a compilation.
   *
   * @param problems Takes what is wrong.
   * @param upstreams Names of servers that stand before the names that the lists judge, or none.
   */
  constructor(problems: PathProblem[], upstreams: readonly string[] = []) {
    this.#problems = problems;
    this.#upstreams = upstreams;
  }

  /**
   * Compiles name patterns.
   *
   * @param patterns Name patterns.
   * @param path Where the list stands.
   * @returns The list; empty when a pattern is bad.
   */
  names(patterns: readonly string[], path: Path): NameList {
    const list = this.#list(compileNameList, patterns, path);
    return this.#upstreams.length === 0 ? list : spelledAlike(list, this.#upstreams);
  }

  /**
   * Compiles URI patterns.
   *
   * @param patterns URI patterns.
   * @param path Where the list stands.
   * @returns The list; empty when a pattern is bad.
   */
  uris(patterns: readonly string[], path: Path): UriList {
    return this.#list(compileUriList, patterns, path);
  }

  /**
   * Compiles regular expressions.
   *
   * @param patterns Regular expressions.
   * @param path Where the list stands.
   * @returns The set; empty when an expression is bad.
   */
  regexes(patterns: readonly string[], path: Path): RegexSet {
    return this.#list(compileRegexSet, patterns, path);
  }

  #list<L>(
    compile: (patterns: readonly string[]) => L,
    patterns: readonly string[],
    path: Path,
  ): L {
    try {
      return compile(patterns);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.#each(compile, patterns, path, error);
      return compile([]);
    }
  }

  #each<L>(
    compile: (patterns: readonly string[]) => L,
    patterns: readonly string[],
    path: Path,
    whole: PatternError,
  ): void {
    const before = this.#problems.length;
    patterns.forEach((pattern, i) => {
      try {
        compile([pattern]);
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        this.#problems.push({ message: error.message, path: [...path, i], inside: error.offset });
      }
    });
    // A set can be too large as a whole although each of its patterns is fine.
    if (this.#problems.length === before) this.#problems.push({ message: whole.message, path });
  }
}

type ListKind = "names" | "uris" | "regexes";

const LISTS: readonly (readonly [section: string, key: string, kind: ListKind])[] = [
  ["tools", "allow", "names"],
  ["tools", "deny", "names"],
  ["resources", "allow", "uris"],
  ["resources", "deny", "uris"],
  ["prompts", "allow", "names"],
  ["prompts", "deny", "names"],
  ["prompts", "deny_regex", "regexes"],
];

/**
 * Looks for bad patterns in sections that have other problems too, and so are not compiled.
 *
 * @param plain The document as plain values, of any shape.
 * @param sections Sections to look at.
 * @param problems Takes what is wrong.
 */
export function checkPatterns(
  plain: Readonly<Record<string, unknown>>,
  sections: ReadonlySet<unknown>,
  problems: PathProblem[],
): void {
  const compiler = new PatternCompiler(problems);
  const check = (owner: unknown, key: string, kind: ListKind, path: Path): void => {
    if (!isRecord(owner)) return;
    const list = owner[key];
    if (!Array.isArray(list)) return;
    // Whatever is no text is reported already; a harmless one keeps the other indices in place.
    compiler[kind](list.map((p: unknown) => typeof p === "string" ? p : FINE[kind]), path);
  };
  for (const [section, key, kind] of LISTS) {
    if (sections.has(section)) check(plain[section], key, kind, [section, key]);
  }
  if (sections.has("roles") && isRecord(plain.roles)) {
    for (const [role, lists] of Object.entries(plain.roles)) {
      for (const [section, key, kind] of LISTS) {
        const owner = isRecord(lists) ? lists[section] : undefined;
        check(owner, key, kind, ["roles", role, section, key]);
      }
    }
  }
  const limit = plain.rate_limit;
  if (!sections.has("rate_limit") || !isRecord(limit) || !Array.isArray(limit.overrides)) return;
  limit.overrides.forEach((entry: unknown, i) => {
    check(entry, "tools", "names", ["rate_limit", "overrides", i, "tools"]);
  });
}

const FINE: { readonly [kind in ListKind]: string } = { names: "x", uris: "x:x", regexes: "x" };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Between a server's name and its tool's all separators are alike, `__` among them, which clients see. */
function spelledAlike(list: NameList, upstreams: readonly string[]): NameList {
  const spellings = (name: string): string[] => {
    const at = name.indexOf("/");
    const upstream = name.slice(0, Math.max(0, at));
    if (!upstreams.includes(upstream)) return [name];
    const bare = name.slice(at + 1);
    return [name, joinName(upstream, bare), `${upstream}:${bare}`];
  };
  const first = (find: (name: string) => number) => (name: string): number =>
    spellings(name).map(find).filter((i) => i >= 0).reduce(
      (a, b) => a < 0 ? b : Math.min(a, b),
      -1,
    );
  return { ...list, firstExact: first(list.firstExact), firstFolded: first(list.firstFolded) };
}
