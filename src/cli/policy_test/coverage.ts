// Which entries of a policy the cases of its tests meet: rules that spoke, entries of lists that matched, detectors that
// saw something. A rule that could not be evaluated has not spoken.

import {
  canonicalizeUri,
  findUris,
  type NameList,
  UriError,
  type UriList,
} from "../../match/mod.ts";
import type { Acl, Policy, RoleLists } from "../../policy/mod.ts";
import type { Finding, Inquiry, UriUse } from "../../guard/mod.ts";
import type { Played } from "./play.ts";
import { isRuleError } from "./verdict.ts";

/** An entry of a policy. */
export interface Entry {
  /** How decisions name it, e.g. `tools.deny[0]`. */
  rule: string;
  /** Its pattern, where it is one. */
  source: string | null;
}

/** The lists of one section, and how the section is called. */
type Lists = readonly (readonly [name: string, lists: Acl<NameList> | Acl<UriList>])[];

/** Detectors by the beginning of their findings' ids. */
const FAMILIES = [
  ["inject_", "detect.injection"],
  ["hidden_", "detect.hidden_text"],
  ["secret_", "detect.secrets"],
  ["pii_", "detect.pii"],
] as const;

/** What the cases meet of one policy. */
export class Coverage {
  readonly #policy: Policy;
  readonly #met = new Set<string>();

  /** @param policy The policy. */
  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Notes what a case met. */
  take({ decision, stages, inquiry, answer }: Played): void {
    const broken = new Set(stages.filter(isRuleError).map(({ rule }) => rule));
    const spoke = [decision.rule, decision.wouldBe?.rule, ...stages.map(({ rule }) => rule)];
    for (const rule of [...spoke, answer?.rule]) {
      if (rule !== null && rule !== undefined && !broken.has(rule)) this.#met.add(rule);
    }
    this.#seen(decision.findings);
    this.#seen(answer?.findings ?? []);
    if (inquiry !== null) this.#matched(inquiry);
  }

  /** Every entry of the policy, and whether a case met it, in the order of the sections. */
  *entries(): Iterable<Entry & { met: boolean }> {
    for (const entry of entriesOf(this.#policy)) {
      yield { ...entry, met: this.#met.has(entry.rule) };
    }
  }

  #seen(findings: readonly Finding[]): void {
    for (const { rule_id } of findings) {
      const number = /^prompt_regex_(\d+)$/.exec(rule_id)?.[1];
      if (number !== undefined) this.#met.add(`prompts.deny_regex[${number}]`);
      if (rule_id === "prompt_max_length") this.#met.add("prompts.max_length");
      for (const [start, rule] of FAMILIES) if (rule_id.startsWith(start)) this.#met.add(rule);
    }
  }

  /** Lists are asked themselves: a list of a role, or of one of several servers, is in no stage where it allows. */
  #matched({ identity, names, uris }: Inquiry): void {
    const policy = this.#policy;
    for (const { kind, name, upstream } of names) {
      const section = kind === "tool" ? "tools" : "prompts";
      this.#named(section, policy[section], name);
      for (const role of rolesOf(policy, identity.roles)) {
        this.#named(`roles.${role}.${section}`, policy.roles.get(role)![section], name);
      }
      const own = policy.upstreams.find((server) => server.name === upstream);
      if (own === undefined) continue;
      const bare = name.slice(own.name.length + 1);
      this.#named(`upstreams.${own.name}.${section}`, own[section], bare);
    }
    for (const use of uris) {
      this.#located("resources", policy.resources, use);
      for (const role of rolesOf(policy, identity.roles)) {
        this.#located(`roles.${role}.resources`, policy.roles.get(role)!.resources, use);
      }
      const own = policy.upstreams.find((server) => server.name === use.upstream);
      if (own !== undefined) this.#located(`upstreams.${own.name}.resources`, own.resources, use);
    }
  }

  #named(section: string, { allow, deny }: Acl<NameList>, name: string): void {
    this.#note(`${section}.allow`, allow.firstExact(name));
    this.#note(`${section}.deny`, deny.firstFolded(name));
  }

  #located(section: string, { allow, deny }: Acl<UriList>, { uri, role }: UriUse): void {
    if (role === "template") return;
    if (role === "argument") {
      const { inArguments } = this.#policy.resources;
      if (inArguments === "ignore") return;
      const { uris, guesses } = findUris(uri);
      for (const one of [...uris, ...guesses]) this.#note(`${section}.deny`, deny.firstFolded(one));
      if (inArguments !== "enforce") return;
      for (const one of uris) this.#note(`${section}.allow`, allow.firstExact(one));
      return;
    }
    try {
      const one = canonicalizeUri(uri);
      this.#note(`${section}.allow`, allow.firstExact(one));
      this.#note(`${section}.deny`, deny.firstFolded(one));
    } catch (error) {
      if (!(error instanceof UriError)) throw error;
    }
  }

  #note(list: string, index: number): void {
    if (index >= 0) this.#met.add(`${list}[${index}]`);
  }
}

/** The entries of `roles` that count for a caller. */
function rolesOf(policy: Policy, roles: readonly string[]): string[] {
  const own = roles.filter((role) => role !== "*" && policy.roles.has(role));
  return own.length > 0 ? own : policy.roles.has("*") ? ["*"] : [];
}

function* entriesOf(policy: Policy): Iterable<Entry> {
  const { prompts, detect, serverRequests } = policy;
  yield* listed("", sectionsOf(policy));
  for (let i = 0; i < prompts.denyRegex.size; i++) {
    yield { rule: `prompts.deny_regex[${i}]`, source: prompts.denyRegex.sources[i] ?? null };
  }
  if (prompts.maxLength !== null) yield { rule: "prompts.max_length", source: null };
  for (const { name } of [...policy.rules.rules, ...policy.flows]) {
    yield { rule: name, source: null };
  }
  for (const [role, own] of policy.roles) yield* listed(`roles.${role}.`, sectionsOf(own));
  for (const own of policy.upstreams) yield* listed(`upstreams.${own.name}.`, sectionsOf(own));
  const detectors = {
    "detect.injection": detect.injection,
    "detect.hidden_text": detect.hiddenText,
    "detect.secrets": detect.secrets,
    "detect.pii": detect.pii,
  };
  for (const [rule, config] of Object.entries(detectors)) {
    if (config !== null) yield { rule, source: null };
  }
  const asks = {
    "server_requests.sampling": serverRequests.sampling,
    "server_requests.roots": serverRequests.roots,
    "server_requests.elicitation.form": serverRequests.form,
    "server_requests.elicitation.url": serverRequests.url.effect,
  };
  for (const [rule, effect] of Object.entries(asks)) {
    if (effect !== "allow") yield { rule, source: null };
  }
}

function sectionsOf({ tools, resources, prompts }: RoleLists): Lists {
  return [["tools", tools], ["resources", resources], ["prompts", prompts]];
}

function* listed(before: string, sections: Lists): Iterable<Entry> {
  for (const [name, lists] of sections) {
    for (const list of ["allow", "deny"] as const) {
      for (const [i, source] of lists[list].sources.entries()) {
        yield { rule: `${before}${name}.${list}[${i}]`, source };
      }
    }
  }
}
