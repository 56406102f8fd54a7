// Which flows are about a message: as what they look back at, as what they refuse, or as both at once.

import { canonicalizeUri, type CanonicalUri, UriError } from "../match/mod.ts";
import type { Flow, FlowSelector, Policy } from "../policy/types.ts";
import { MessageUris } from "./message_uris.ts";
import { placeUri } from "./place.ts";
import { UNSAID } from "./rule_scope.ts";
import type { Inquiry, UriUse } from "./types.ts";
import { methodOf } from "./wording.ts";

/** What of the policy's flows is about one message. */
export interface Concerned {
  /** Those that may refuse it. */
  sinks: Flow[];
  /** Those that look back at it. */
  sources: Flow[];
  /** A flow both ends of which the message is at once: it names a resource, and a tool or prompt that may not follow on it. */
  direct: Flow | null;
}

const NOTHING: Concerned = { sinks: [], sources: [], direct: null };

/**
 * Finds the flows that are about a message.
 *
 * @param policy The compiled policy.
 * @param inquiry The message.
 * @returns The flows, in the order of the file.
 */
export function concerned(policy: Policy, inquiry: Inquiry): Concerned {
  if (policy.flows.length === 0) return NOTHING;
  const uris = new MessageUris(policy, inquiry);
  const found: Concerned = { sinks: [], sources: [], direct: null };
  // What a server asks or tells may bring content, too.
  const sent = inquiry.direction === "s2c"
    ? sentBy(policy, inquiry.uris, inquiry.context?.upstream)
    : [];
  for (const flow of policy.flows) {
    const named = flow.deny.some((one) => byName(one, inquiry));
    const read = flow.after.some((one) => byUri(flow, one, inquiry, uris));
    if (named || flow.deny.some((one) => byUri(flow, one, inquiry, uris))) found.sinks.push(flow);
    if (read || sent.includes(flow) || flow.after.some((one) => byName(one, inquiry))) {
      found.sources.push(flow);
    }
    if (!named || !read || inquiry.direction !== "c2s") continue;
    if (found.direct === null || !inForce(policy, found.direct)) found.direct = flow;
  }
  return found;
}

/**
 * Finds the flows that look back at what a server sends.
 *
 * @param policy The compiled policy.
 * @param uris The URIs of its message; those count beside which the content of their resource stands.
 * @param route The server that the client's address names, if it names one.
 * @returns The flows, in the order of the file.
 */
export function sentBy(policy: Policy, uris: readonly UriUse[], route?: string): Flow[] {
  const several = policy.upstreams.length > 0;
  const held = uris.filter((use) => use.content === true).map((use) =>
    canonical(several && use.upstream === undefined ? placeUri(policy, use, route).uri : use.uri)
  );
  if (held.length === 0) return [];
  return policy.flows.filter(({ after }) =>
    after.some(({ resources }) =>
      resources !== null &&
      // What has no one meaning may mean this.
      held.some((uri) => uri === null || resources.firstFolded(uri) >= 0)
    )
  );
}

/** A URI in canonical form, or null where it has none. */
function canonical(uri: string): CanonicalUri | null {
  try {
    return canonicalizeUri(uri);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    return null;
  }
}

/** Whether a message has a tool, a prompt or a method that is selected. */
function byName({ tools, prompts, method, hints }: FlowSelector, inquiry: Inquiry): boolean {
  if (method?.(methodOf(inquiry)) === true) return true;
  if (inquiry.direction !== "c2s") return false;
  return inquiry.names.some(({ kind, name }) =>
    kind === "tool"
      // As for deny lists, every spelling counts.
      ? tools !== null && tools.firstFolded(name) >= 0 ||
        hints !== null && described(hints, inquiry)
      : prompts !== null && prompts.firstFolded(name) >= 0
  );
}

function described(hints: NonNullable<FlowSelector["hints"]>, { toolFacts }: Inquiry): boolean {
  const facts = { ...UNSAID, ...toolFacts };
  const wanted = Object.entries(hints) as [keyof typeof hints, boolean | undefined][];
  return wanted.length > 0 &&
    wanted.every(([hint, value]) => value === undefined || facts[hint] === value);
}

/** Whether a client's message has a resource that is selected; what cannot be told apart counts. */
function byUri(
  flow: Flow,
  { resources }: FlowSelector,
  inquiry: Inquiry,
  uris: MessageUris,
): boolean {
  if (resources === null || inquiry.direction !== "c2s" || inquiry.uris.length === 0) return false;
  const match = uris.matching({ name: flow.name, resources, effect: "deny" });
  return "refusal" in match || match.uris.length > 0 || match.template;
}

/** Whether a flow refuses, and does not only watch. */
export function inForce(policy: Policy, flow: Flow): boolean {
  return policy.mode === "enforce" && !flow.monitor;
}
