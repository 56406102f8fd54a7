// Warnings about rules: those that can never decide, those that only look as if they did, and those that only watch.

import { METHODS } from "../wire/mod.ts";
import { covers, nameTokens } from "./contain.ts";
import type { Tokens } from "./contain.ts";
import type { PathWarning } from "./lint_patterns.ts";
import { unmatchable } from "./lint_unmatchable.ts";
import type { Path } from "./path.ts";
import type { PolicyFile } from "./schema.ts";
import { quote } from "./text.ts";
import type { Policy, Rule } from "./types.ts";
import type { ListedTool } from "./types_rules.ts";
import { unknownArguments } from "./unknown_arguments.ts";

type Compiled = Omit<Policy, "warnings">;
type Entry = PolicyFile["rules"][number];

/** Pairs of rules that are compared; of more rules a part, so that loading stays quick. */
const MAX_PAIRS = 40_000;

/** What a rule names, by the kind of its patterns. */
const NAMED = [["tool", "tools"], ["prompt", "prompts"], ["uri", "resources"]] as const;

const STRICTNESS: Readonly<Record<Rule["effect"], number>> = {
  allow: 0,
  record: 1,
  redact: 2,
  confirm: 3,
  approve: 4,
  deny: 5,
};

/**
 * Looks the rules over.
 *
 * @param values The file's values after defaults.
 * @param policy The compiled policy.
 * @param tools What a server lists, where that is known.
 * @returns Warnings in no order.
 */
export function lintRules(
  values: PolicyFile,
  policy: Compiled,
  tools: readonly ListedTool[] | null,
): PathWarning[] {
  const out: PathWarning[] = [];
  if (policy.mode === "monitor") {
    const message = "nothing is blocked: what the policy would refuse passes and is only recorded";
    out.push({ code: "monitor", message, path: ["mode"] });
  }
  const wide = values.rules.map((entry) => tokensOf(entry.tools));
  const denied = tokensOf(values.tools.deny) ?? [];
  values.rules.forEach((entry, i) => {
    const rule = policy.rules.rules[i]!;
    const warn = (code: string, message: string, ...path: Path): void => {
      out.push({ code, message, path: ["rules", i, ...path] });
    };
    if (rule.monitor) warn("monitor", "this rule blocks nothing, it only records", "mode");
    if (rule.effect === "allow") {
      warn(
        "no_effect",
        "`allow` lets nothing pass that would not pass anyhow; it only names the rule in records",
        "effect",
      );
    }
    for (const [kind, key] of NAMED) {
      (entry[key] ?? []).forEach((pattern, n) => {
        const trouble = unmatchable(kind, pattern, true);
        if (trouble !== undefined) warn("unmatchable", `matches nothing: ${trouble}`, key, n);
        else if (entry[key]!.indexOf(pattern) < n) {
          warn("shadowed", "stands here before; it adds nothing", key, n);
        }
      });
    }
    if (rule.when !== null && rule.when.reads.size === 0) {
      const message = "reads nothing of a message, so it is the same for all of them";
      warn("constant", message, "when");
    }
    const why = unreachable(values, policy, entry, rule);
    if (why !== undefined) warn("unreachable", why.message, ...why.path);
    else if (wide[i] && wide[i].every((own) => denied.some((deny) => covers(deny, own)))) {
      warn("unreachable", "tools.deny refuses every tool that it names, before any rule", "tools");
    }
    for (const [r, role] of (entry.roles ?? []).entries()) {
      const known = policy.auth.keys.some((key) => key.roles.includes(role));
      if (!known && (policy.auth.mode === "api_key" || policy.auth.mode === "bearer")) {
        warn("unknown_role", `no key has the role ${quote(role)}`, "roles", r);
      }
    }
    if (rule.tools && rule.resources !== null && policy.resources.inArguments === "ignore") {
      warn(
        "unchecked_arguments",
        "`resources.in_arguments: ignore` keeps the paths of tool arguments from it",
        "resources",
      );
    }
  });
  out.push(...shadowed(values.rules, policy.rules.rules, wide));
  for (const { index, message } of tools === null ? [] : unknownArguments(policy.rules, tools)) {
    const { when } = values.rules[index]!;
    const path = ["rules", index, when === undefined ? "redact" : "when"];
    out.push({ code: "unknown_argument", message, path });
  }
  return out;
}

/** Why no message can match a rule, as far as its own keys and the allow list tell. */
function unreachable(
  values: PolicyFile,
  policy: Compiled,
  entry: Entry,
  rule: Rule,
): { message: string; path: Path } | undefined {
  const { method } = rule;
  const wants = rule.tools ? "tools/call" : rule.prompts ? "prompts/get" : null;
  if (method !== null && wants !== null && !method(wants)) {
    return { message: `it is about \`${wants}\`, which none of its methods is`, path: ["methods"] };
  }
  if (method !== null && rule.direction !== null) {
    const goes = METHODS.some((spec) =>
      method(spec.method) && spec.directions.includes(rule.direction!)
    );
    if (!goes) return { message: "none of its methods goes that way", path: ["direction"] };
  }
  if (entry.roles && policy.auth.mode === "none") {
    return { message: "without `auth` nobody has a role", path: ["roles"] };
  }
  if (!rule.tools) return undefined;
  const { allow } = values.tools;
  if (allow.length === 0) {
    return values.default === "deny"
      ? {
        message: "`default: deny` and an empty tools.allow let no tool be called",
        path: ["tools"],
      }
      : undefined;
  }
  // What a wildcard lets in is not known; names are.
  const literal = allow.every((pattern) => !/[*?]|^re:/.test(pattern));
  const met = allow.some((name) => policy.rules.byTool.owners(name).includes(rule.index));
  return literal && !met
    ? { message: "tools.allow lists none of the tools that it names", path: ["tools"] }
    : undefined;
}

/** Rules about tools behind which another one always decides. */
function shadowed(
  entries: readonly Entry[],
  rules: readonly Rule[],
  wide: readonly (readonly Tokens[] | null)[],
): PathWarning[] {
  const out: PathWarning[] = [];
  // What a regular expression matches is not compared.
  const plain = rules.filter((rule) =>
    isPlain(rule, entries[rule.index]!) && wide[rule.index] !== null
  );
  let pairs = 0;
  for (const rule of rules) {
    const own = wide[rule.index];
    if (!own || rule.monitor) continue;
    for (const other of plain) {
      if (++pairs > MAX_PAIRS) return out;
      const stricter = STRICTNESS[other.effect] - STRICTNESS[rule.effect];
      if (other === rule || stricter < 0 || (stricter === 0 && other.index > rule.index)) continue;
      // Redactions add up, and a condition that cannot be evaluated denies: only a denial goes beyond both.
      if ((rule.effect === "redact" || rule.when !== null) && other.effect !== "deny") continue;
      if (!own.every((one) => wide[other.index]!.some((all) => covers(all, one)))) continue;
      out.push({
        code: "shadowed",
        message: `never decides: ${other.name} says \`${other.effect}\` to every such call`,
        path: ["rules", rule.index, "tools"],
      });
      break;
    }
  }
  return out;
}

/** Whether a rule matches every call of the tools that it names. */
function isPlain(rule: Rule, entry: Entry): boolean {
  return rule.tools && !rule.monitor && rule.when === null && rule.resources === null &&
    rule.roles === null && rule.identity === null && entry.methods === undefined;
}

/** Patterns as texts with wildcards; null where one of them is a regular expression, or there are none. */
function tokensOf(patterns: readonly string[] | undefined): readonly Tokens[] | null {
  if (patterns === undefined) return null;
  const out: Tokens[] = [];
  for (const pattern of patterns) {
    const tokens = nameTokens(pattern, true);
    if (tokens !== null) out.push(tokens);
    else if (pattern.startsWith("re:")) return null;
  }
  return out.length === patterns.length ? out : null;
}
