// Rules, decided naively: every rule is tried, in plain loops; conditions are written twice, as CEL and as JavaScript.

import { naiveCanonical, nameDenied, uriDenied } from "./naive_match.ts";

/** What a rule may want, mildest first. */
export const EFFECTS = ["allow", "record", "redact", "confirm", "approve", "deny"] as const;

/** Who asks, for what. */
export interface NaiveCaller {
  id: string;
  roles: string[];
}

/** The part of a call that rules look at. */
export interface NaiveCall {
  tool: string;
  resources: string[];
  arguments: Record<string, string>;
  caller: NaiveCaller;
}

/** A rule in plain values. */
export interface NaiveRule {
  tools?: string[];
  resources?: string[];
  methods?: string[];
  identities?: string[];
  roles?: string[];
  /** Index into {@linkcode CONDITIONS}. */
  when?: number;
  effect: (typeof EFFECTS)[number];
}

/** `true`, `false`, or that there is no value. */
type Truth = boolean | "error";

const text = (call: NaiveCall, key: string): string | undefined => call.arguments[key];

/** Conditions in both languages. */
export const CONDITIONS: readonly { cel: string; holds: (call: NaiveCall) => Truth }[] = [
  { cel: "true", holds: () => true },
  { cel: "1 > 2", holds: () => false },
  {
    cel: "size(args.note) > 12",
    holds: (call) => {
      const note = text(call, "note");
      return note === undefined ? "error" : [...note].length > 12;
    },
  },
  {
    cel: 'has(args.note) && args.note.contains("123")',
    holds: (call) => (text(call, "note") ?? "").indexOf("123") >= 0,
  },
  { cel: '"ops" in identity.roles', holds: ({ caller }) => caller.roles.indexOf("ops") >= 0 },
  {
    // An error on one side counts only where the other side leaves it open.
    cel: 'args.gone == 1 || identity.id == "alice"',
    holds: ({ caller }) => caller.id === "alice" ? true : "error",
  },
  {
    cel: 'args.gone == 1 && identity.id == "alice"',
    holds: ({ caller }) => caller.id === "alice" ? "error" : false,
  },
  {
    cel: 'args.all(k, !args[k].matches("^ignore"))',
    holds: (call) => Object.values(call.arguments).every((value) => value.slice(0, 6) !== "ignore"),
  },
  {
    cel: 'path(args.path).startsWith("/priv/")',
    holds: (call) => {
      const path = text(call, "path");
      if (path === undefined || path[0] !== "/") return "error";
      return naiveCanonical(`file://${path}`).slice("file://".length).indexOf("/priv/") === 0;
    },
  },
  {
    cel: "size(args) > 0 ? args.map(k, size(args[k])).exists(n, n > 20) : false",
    holds: (call) => Object.values(call.arguments).some((value) => [...value].length > 20),
  },
  { cel: 'tool.name.lowerAscii().endsWith("file")', holds: ({ tool }) => /file$/i.test(tool) },
];

/** The strictest of all rules that match: its effect and its place; of equals the first. */
export function naiveRules(
  rules: readonly NaiveRule[],
  call: NaiveCall,
  looksIntoArguments: boolean,
): { effect: NaiveRule["effect"]; index: number } | null {
  let best: { effect: NaiveRule["effect"]; index: number } | null = null;
  rules.forEach((rule, index) => {
    const said = matches(rule, call, looksIntoArguments);
    if (said === false) return;
    const effect = said === "error" ? "deny" : rule.effect;
    if (best === null || EFFECTS.indexOf(effect) > EFFECTS.indexOf(best.effect)) {
      best = { effect, index };
    }
  });
  return best;
}

function matches(rule: NaiveRule, call: NaiveCall, looksIntoArguments: boolean): Truth {
  const { caller } = call;
  const wild = (pattern: string, value: string): boolean =>
    pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
  if (rule.tools && !rule.tools.some((pattern) => nameDenied(pattern, call.tool))) return false;
  if (rule.methods && !rule.methods.some((method) => wild(method, "tools/call"))) return false;
  if (rule.identities && !rule.identities.some((id) => wild(id, caller.id))) return false;
  if (rule.roles && !rule.roles.some((role) => caller.roles.includes(role))) return false;
  if (rule.resources) {
    const uris = call.resources.map(naiveCanonical);
    if (looksIntoArguments) {
      for (const value of Object.values(call.arguments)) {
        if (value[0] === "/") uris.push(naiveCanonical(`file://${value}`));
      }
    }
    const hit = uris.some((uri) => rule.resources!.some((pattern) => uriDenied(pattern, uri)));
    if (!hit) return false;
  }
  return rule.when === undefined ? true : CONDITIONS[rule.when]!.holds(call);
}
