// Section `rules`: from checked values to rules and the index that finds them.

import { compileNameIndex } from "../match/mod.ts";
import { readCondition } from "./conditions.ts";
import { readArgumentPath } from "./argument_path.ts";
import type { PathProblem } from "./keys.ts";
import { METHOD_NAMES, methodTest, oneOf } from "./methods.ts";
import type { Path } from "./path.ts";
import type { PatternCompiler } from "./patterns.ts";
import type { PolicyFile } from "./schema.ts";
import type { Rule, RuleSet } from "./types_rules.ts";

type Entry = PolicyFile["rules"][number];

/**
 * Compiles section `rules`.
 *
 * @param entries The section's values, valid by the schema.
 * @param tokens The policy's `limits.tokens`.
 * @param compiler Compiles patterns and reports bad ones.
 * @param problems Takes what is wrong.
 * @returns The rules; they must not be used if anything is wrong.
 */
export function compileRules(
  entries: readonly Entry[],
  tokens: number,
  compiler: PatternCompiler,
  problems: PathProblem[],
): RuleSet {
  const before = problems.length;
  const ids = new Map<string, number>();
  const rules = entries.map((entry, index) => {
    const path: Path = ["rules", index];
    const first = ids.get(entry.id);
    if (first === undefined) ids.set(entry.id, index);
    else problems.push({ message: `the same id as rule ${first}`, path: [...path, "id"] });
    return compileRule(entry, index, tokens, compiler, problems);
  });
  // Bad patterns are reported where they stand; an index over them would only fail as a whole.
  const usable = problems.length === before ? entries : [];
  return { rules, ...indexOf(usable, rules) };
}

function compileRule(
  entry: Entry,
  index: number,
  tokens: number,
  compiler: PatternCompiler,
  problems: PathProblem[],
): Rule {
  const at = (...rest: Path): Path => ["rules", index, ...rest];
  const wrong = (message: string, ...rest: Path): void => {
    problems.push({ message, path: at(...rest) });
  };
  const { tools, resources, prompts, methods, identities, roles, direction } = entry;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(entry.id)) {
    wrong("expected letters, digits, `_`, `.` and `-`, a letter or digit first", "id");
  }
  if (!tools && !resources && !prompts && !methods) {
    wrong(
      "a rule says what it is about: expected `tools`, `resources`, `prompts` or `methods` " +
        '(`tools: ["*"]` is every tool)',
    );
  }
  if (tools && prompts) {
    wrong("no message names both a tool and a prompt; write two rules", "prompts");
  }
  if (direction === "s2c" && (tools || prompts)) {
    wrong("only clients call tools and fetch prompts: `c2s`", "direction");
  }
  if (tools) compiler.names(tools, at("tools"));
  if (prompts) compiler.names(prompts, at("prompts"));
  if (entry.effect === "redact" && !entry.redact) {
    wrong("`effect: redact` needs `redact`, the arguments to be replaced", "effect");
  }
  if (entry.effect !== "redact" && entry.redact) {
    wrong(`\`effect: ${entry.effect}\` does not look at \`redact\``, "redact");
  }
  const redact = (entry.redact ?? []).map((text, i) => {
    const steps = readArgumentPath(text);
    if (typeof steps !== "string") return steps;
    wrong(steps, "redact", i);
    return [];
  });
  return {
    index,
    id: entry.id,
    name: `rules.${entry.id}`,
    effect: entry.effect,
    reason: entry.reason ?? null,
    monitor: entry.mode === "monitor",
    tools: tools !== undefined,
    prompts: prompts !== undefined,
    resources: resources ? compiler.uris(resources, at("resources")) : null,
    method: methods ? methodTest(methods, at("methods"), problems) : null,
    identity: identities ? oneOf(identities, at("identities"), problems) : null,
    roles: roles ? new Set(roles) : null,
    direction: direction ?? null,
    when: entry.when === undefined ? null : readCondition(entry.when, at("when"), tokens, problems),
    redact,
  };
}

function indexOf(entries: readonly Entry[], rules: readonly Rule[]): Omit<RuleSet, "rules"> {
  const byMethod = new Map<string, number[]>();
  const byResource: number[] = [];
  for (const { index, tools, prompts, method } of rules) {
    const entry = entries[index];
    if (entry === undefined || tools || prompts) continue;
    if (method === null) {
      byResource.push(index);
      continue;
    }
    for (const name of METHOD_NAMES) {
      if (!method(name)) continue;
      const known = byMethod.get(name);
      if (known === undefined) byMethod.set(name, [index]);
      else known.push(index);
    }
  }
  return {
    byTool: compileNameIndex(entries.map((entry) => entry.tools ?? [])),
    byPrompt: compileNameIndex(entries.map((entry) => entry.prompts ?? [])),
    byMethod,
    byResource,
  };
}
