// Compiles the rules' patterns to one automaton: for each slot class, which states it can advance.
// A word costs as many steps as its classes have states, whatever stands before it.

import { buildLexicon, type Lexicon } from "./lexicon.ts";
import { CLASSES } from "./lexicon/types.ts";
import type { InjectionRule } from "./rule_types.ts";

/** The compiled rules. State `s` follows state `s - 1` unless it is the first of its pattern. */
export interface Grammar {
  readonly rules: readonly InjectionRule[];
  readonly lexicon: Lexicon;
  /** States by class, later ones of a pattern first. */
  readonly statesOf: readonly Int32Array[];
  /** How many words further a state may lie than the one before; 0 marks a first state. */
  readonly gaps: Int32Array;
  /** The rule that a state completes, or -1. */
  readonly completes: Int32Array;
  /** Clusters; classes are numbers below 64. */
  readonly clusters: readonly CompiledCluster[];
  /** 1 where "do not" before a first state blocks it. */
  readonly blockable: Uint8Array;
}

/** A cluster with numbers for classes. */
export interface CompiledCluster {
  readonly rule: number;
  readonly classes: readonly number[];
  readonly weights: readonly number[];
  readonly needs: number;
  readonly least: number;
}

/**
 * Compiles rules.
 *
 * @param rules The rules; their order gives the numbers in `completes`.
 * @returns The automaton and the lexicon it reads words with.
 * @throws {RangeError} A pattern names a class that does not exist, or a cluster one that is not below 64.
 */
export function compileGrammar(rules: readonly InjectionRule[]): Grammar {
  const literals = new Set<string>();
  const parsed = rules.map((rule) => rule.patterns.map((p) => parse(p, literals)));
  const lexicon = buildLexicon([...literals]);
  const lists: number[][] = Array.from({ length: lexicon.classCount }, () => []);
  const gaps: number[] = [];
  const completes: number[] = [];
  const blockable: number[] = [];
  rules.forEach((rule, r) => {
    for (const slots of parsed[r]!) {
      slots.forEach((slot, k) => {
        const state = gaps.length;
        gaps.push(k === 0 ? 0 : slot.gap);
        completes.push(k === slots.length - 1 ? r : -1);
        blockable.push(k === 0 && rule.negatable !== true ? 1 : 0);
        for (const name of new Set(slot.names)) lists[lexicon.classOf(name)]!.push(state);
      });
    }
  });
  const clusters = rules.flatMap((rule, r): CompiledCluster[] => {
    if (rule.cluster === undefined) return [];
    const entries = Object.entries(rule.cluster.weights);
    for (const [name] of entries) {
      if (lexicon.classOf(name) >= 64) throw new RangeError(`class "${name}" fits no cluster`);
    }
    return [{
      rule: r,
      classes: entries.map(([name]) => lexicon.classOf(name)),
      weights: entries.map(([, weight]) => weight),
      needs: lexicon.classOf(rule.cluster.needs),
      least: rule.cluster.least,
    }];
  });
  return {
    rules,
    clusters,
    lexicon,
    statesOf: lists.map((list) => Int32Array.from(list.reverse())),
    gaps: Int32Array.from(gaps),
    completes: Int32Array.from(completes),
    blockable: Uint8Array.from(blockable),
  };
}

const KNOWN: ReadonlySet<string> = new Set(CLASSES);

function parse(pattern: string, literals: Set<string>): { names: string[]; gap: number }[] {
  const slots: { names: string[]; gap: number }[] = [];
  let gap = 1;
  for (const part of pattern.split(" ")) {
    if (part.startsWith("..")) {
      gap = Number(part.slice(2)) + 1;
      continue;
    }
    const names = part.split("|");
    for (const name of names) {
      if (KNOWN.has(name)) continue;
      if (name !== name.toLowerCase()) throw new RangeError(`no class "${name}" in "${pattern}"`);
      literals.add(name);
    }
    slots.push({ names, gap });
    gap = 1;
  }
  return slots;
}
