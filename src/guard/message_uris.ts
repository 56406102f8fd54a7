// The URIs of one message in canonical form, as rules see them: found once, when the first rule asks.

import {
  canonicalizeTemplate,
  canonicalizeUri,
  type CanonicalTemplate,
  type CanonicalUri,
  findUris,
  UriBudget,
  UriError,
} from "../match/mod.ts";
import type { Policy, Rule } from "../policy/types.ts";
import type { Ruling } from "./rulings.ts";
import type { Inquiry } from "./types.ts";

/** What of a message a rule's `resources` match. */
export type UriMatch = { uris: readonly CanonicalUri[]; template: boolean } | { refusal: Ruling };

/** A message's URIs. */
interface Found {
  uris: CanonicalUri[];
  /** Those of them that are URIs or paths beyond doubt. */
  sure: CanonicalUri[];
  templates: CanonicalTemplate[];
  /** What has no single meaning: where it stands, and why. */
  unclear: { where: string; code: string } | null;
  /** Where there are more than can be judged. */
  tooMany: boolean;
}

/** Effects that a message without a single meaning must not slip past. */
const STRICT: ReadonlySet<Rule["effect"]> = new Set(["redact", "confirm", "approve", "deny"]);

/** URIs of one message that are held against rules, each counted for each rule. */
const MAX_CHECKS = 100_000;

/** Finds a message's URIs when the first rule asks for them. */
export class MessageUris {
  readonly #policy: Policy;
  readonly #inquiry: Inquiry;
  #found: Found | null = null;
  #checks = 0;

  /**
   * Remembers the message.
   *
   * @param policy The compiled policy; `resources.in_arguments: ignore` keeps arguments out.
   * @param inquiry The message.
   */
  constructor(policy: Policy, inquiry: Inquiry) {
    this.#policy = policy;
    this.#inquiry = inquiry;
  }

  /**
   * The URIs that a rule's `resources` match.
   *
   * @param rule A rule that names resources, or whose condition reads one: then all that are beyond doubt.
   * @returns The URIs, or a refusal where the message cannot be judged.
   */
  matching(rule: Pick<Rule, "name" | "resources" | "effect">): UriMatch {
    const { uris, sure, templates, unclear, tooMany } = this.#found ??= this.#find();
    this.#checks += uris.length + templates.length;
    if (tooMany || this.#checks > MAX_CHECKS) {
      return {
        refusal: {
          effect: "deny",
          reason: "LimitExceeded",
          rule: rule.name,
          message:
            "the message holds more URIs and paths than rules can judge; send fewer at a time",
          detail: "uri.count",
        },
      };
    }
    const list = rule.resources;
    const matched = list === null ? sure : uris.filter((uri) => list.firstFolded(uri) >= 0);
    const template = list !== null &&
      templates.some((template) => list.firstCovering(template) >= 0);
    if (unclear !== null && matched.length === 0 && STRICT.has(rule.effect)) {
      return {
        refusal: {
          effect: "deny",
          reason: "ResourceDenied",
          rule: rule.name,
          message: `a URI or path in ${unclear.where} has no single meaning (${unclear.code}), ` +
            `so ${rule.name} cannot judge it; write it in its plain form`,
          detail: unclear.code,
        },
      };
    }
    return { uris: matched, template };
  }

  /** Every URI that the message names itself, arguments left aside. */
  #find(): Found {
    const found: Found = { uris: [], sure: [], templates: [], unclear: null, tooMany: false };
    const budget = new UriBudget();
    const seen = new Set<string>();
    for (const use of this.#inquiry.uris) {
      if (use.role === "argument") {
        if (this.#policy.resources.inArguments === "ignore" || seen.has(use.uri)) continue;
        seen.add(use.uri);
        const { uris, guesses, suspicious, truncated } = findUris(use.uri, budget);
        if (truncated) found.tooMany = true;
        if (suspicious[0] !== undefined) {
          found.unclear ??= { where: use.where, code: suspicious[0] };
        }
        for (const uri of uris) {
          found.uris.push(uri);
          found.sure.push(uri);
        }
        for (const uri of guesses) found.uris.push(uri);
        continue;
      }
      if (!budget.spend(use.uri, use.role === "template" ? 8 : 1)) found.tooMany = true;
      try {
        if (use.role === "template") found.templates.push(canonicalizeTemplate(use.uri));
        else {
          const uri = canonicalizeUri(use.uri);
          found.uris.push(uri);
          found.sure.push(uri);
        }
      } catch (error) {
        if (!(error instanceof UriError)) throw error;
        found.unclear ??= { where: use.where, code: error.code };
      }
    }
    return found;
  }
}
