// Tool and prompt names: which are plain, and lists of name patterns.

import { PatternError } from "./errors.ts";
import { foldName } from "./fold.ts";
import type { NameList } from "./types.ts";

/**
 * Whether a tool name is one that MCP allows and that may be forwarded.
 *
 * @param name The name as decoded from the message.
 * @returns True for 1 to 128 characters of `A-Z a-z 0-9 _ . - / :`.
 */
export function isPlainToolName(name: string): boolean {
  return name.length <= 128 && /^[A-Za-z0-9_.\-/:]+$/.test(name) && !name.endsWith("\n");
}

/**
 * Whether a prompt name is free of characters that cannot be seen.
 *
 * @param name The name as decoded from the message.
 * @returns True for 1 to 256 visible characters without surrounding whitespace.
 */
export function isPlainPromptName(name: string): boolean {
  return name.length > 0 && name.length <= 256 && name.trim() === name && !/\p{C}/u.test(name);
}

/**
 * Compiles name patterns.
 *
 * @param patterns Patterns of the policy.
 * @returns The list.
 * @throws {PatternError} On syntax that is not supported.
 */
export function compileNameList(patterns: readonly string[]): NameList {
  patterns.forEach((p, i) => {
    if (!p.startsWith("re:") && /[!()[\]{}\\]/.test(p)) {
      throw new PatternError("only * ** ? are supported", 0, i);
    }
  });
  const wild = (p: string, t: string): boolean => {
    const parts = p.split(/\*+/);
    let at = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      const found = i === parts.length - 1 && parts.length > 1
        ? (t.endsWith(part) ? t.length - part.length : -1)
        : t.indexOf(part, at);
      if (found < at || (i === 0 && found !== 0)) return false;
      at = found + part.length;
    }
    return at === t.length;
  };
  const alike = (s: string): string => s.replaceAll("/", ".");
  return {
    size: patterns.length,
    sources: [...patterns],
    firstExact: (name) => patterns.findIndex((p) => wild(alike(p), alike(name))),
    firstFolded: (name) => patterns.findIndex((p) => wild(foldName(p), foldName(name))),
  };
}
