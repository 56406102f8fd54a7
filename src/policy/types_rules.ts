// Section `rules` as the guard uses it: what a rule looks at, what it wants done, and the index that finds it.

import type { Expression } from "./cel/mod.ts";
import type { NameIndex, UriList } from "../match/mod.ts";
import type { Direction } from "../wire/uses.ts";

/** What a rule wants done, mildest first. */
export type RuleEffect = "allow" | "record" | "redact" | "confirm" | "approve" | "deny";

/** One step into arguments: the name of a member, or every element of a list. */
export type ArgumentStep = string | { each: true };

/** One rule, compiled. A message is matched where everything that the rule names applies. */
export interface Rule {
  /** Its place in the file, from 0. */
  index: number;
  /** Its id, unique in the file. */
  id: string;
  /** How decisions name it: `rules.` and its id. */
  name: string;
  /** What is to be done. */
  effect: RuleEffect;
  /** The operator's own words, or null. */
  reason: string | null;
  /** True where it is only recorded what the rule would have done. */
  monitor: boolean;
  /** Whether it names tools; which ones is in the index. */
  tools: boolean;
  /** Whether it names prompts. */
  prompts: boolean;
  /** Resources, or null for any or none. */
  resources: UriList | null;
  /** Whether a method is one of those named; null for every method. */
  method: ((method: string) => boolean) | null;
  /** Whether an identity is one of those named; null for every identity. */
  identity: ((id: string) => boolean) | null;
  /** Roles of which the identity must have one; null for every identity. */
  roles: ReadonlySet<string> | null;
  /** Which way the message travels; null for both. */
  direction: Direction | null;
  /** The condition, or null. */
  when: Expression | null;
  /** For `redact`: which arguments are replaced. */
  redact: readonly (readonly ArgumentStep[])[];
}

/** Section `rules`, compiled. */
export interface RuleSet {
  /** All rules in the order of the file. */
  rules: readonly Rule[];
  /** Rules by tool name; owners are places in `rules`. */
  byTool: NameIndex;
  /** Rules by prompt name. */
  byPrompt: NameIndex;
  /** Rules that name neither tools nor prompts but methods, by method; `*` holds those with patterns. */
  byMethod: ReadonlyMap<string, readonly number[]>;
  /** Rules that name resources only. */
  byResource: readonly number[];
}

/** A tool as its server lists it. */
export interface ListedTool {
  /** Its name. */
  name: string;
  /** Names of its arguments, or null where its schema leaves them open. */
  arguments: readonly string[] | null;
}
