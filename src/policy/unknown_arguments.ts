// Rules that read an argument which none of their tools has: a slip of the pen that denies every call, or never matches.

import type { ListedTool, RuleSet } from "./types_rules.ts";

/** A rule that reads what is not there. */
export interface UnknownArgument {
  /** The rule's place in the file. */
  index: number;
  /** The rule, e.g. `rules.payments`. */
  rule: string;
  /** The argument. */
  argument: string;
  /** What is wrong, for people. */
  message: string;
}

/**
 * Finds rules that read arguments which none of the listed tools that they match has.
 *
 * @param set The rules.
 * @param tools What the server lists.
 * @returns One entry for each rule and argument, in the order of the file.
 */
export function unknownArguments(
  set: RuleSet,
  tools: readonly ListedTool[],
): UnknownArgument[] {
  const matched = new Map<number, ListedTool[]>();
  for (const tool of tools) {
    for (const owner of set.byTool.owners(tool.name)) {
      const known = matched.get(owner);
      if (known === undefined) matched.set(owner, [tool]);
      else known.push(tool);
    }
  }
  const out: UnknownArgument[] = [];
  for (const { index, name, when, redact } of set.rules) {
    const own = matched.get(index);
    if (own === undefined || own.some((tool) => tool.arguments === null)) continue;
    const read = new Set<string>();
    for (const text of when?.reads ?? []) if (text.startsWith("args.")) read.add(text.slice(5));
    for (const [first] of redact) if (typeof first === "string") read.add(first);
    for (const argument of read) {
      if (own.some((tool) => tool.arguments!.includes(argument))) continue;
      const whose = own.length === 1
        ? `its tool ${JSON.stringify(own[0]!.name)} does not have`
        : `none of its ${own.length} tools has`;
      const message = `${name} reads the argument ${JSON.stringify(argument)}, which ${whose}`;
      out.push({ index, rule: name, argument, message });
    }
  }
  return out;
}
