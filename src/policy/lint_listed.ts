// Warnings about patterns that none of a server's tools matches, where it is known which tools it has.

import { compileNameList } from "../match/mod.ts";
import type { PathWarning } from "./lint_patterns.ts";
import type { PolicyFile } from "./schema.ts";
import type { Policy } from "./types.ts";
import type { ListedTool } from "./types_rules.ts";

/** Pairs of pattern and tool that are tried, so that a long list is looked over in good time. */
const MAX_PAIRS = 2_000_000;

/**
 * Compares patterns with tools. What is denied may well be what no tool is called yet, so deny lists are left alone.
 *
 * @param values The file's values after defaults.
 * @param policy The compiled policy.
 * @param tools What a server lists; names as the policy has them.
 * @returns Warnings in no order.
 */
export function lintListed(
  values: PolicyFile,
  policy: Pick<Policy, "rules">,
  tools: readonly ListedTool[],
): PathWarning[] {
  if (tools.length === 0) return [];
  const what = tools.length === 1 ? "the one tool" : `none of the ${tools.length} tools`;
  const said = tools.length === 1 ? "that the server has is another" : "of the server is meant";
  const message = `${what} ${said}`;
  const out: PathWarning[] = [];
  const { allow } = values.tools;
  if (allow.length * tools.length <= MAX_PAIRS) {
    allow.forEach((pattern, i) => {
      const list = compileNameList([pattern]);
      if (tools.some(({ name }) => list.firstExact(name) >= 0)) return;
      out.push({ code: "unknown_tool", message, path: ["tools", "allow", i] });
    });
  }
  const met = new Set(tools.flatMap(({ name }) => [...policy.rules.byTool.owners(name)]));
  for (const { index, tools: named } of policy.rules.rules) {
    if (named && !met.has(index)) {
      out.push({ code: "unknown_tool", message, path: ["rules", index, "tools"] });
    }
  }
  return out;
}
