// Stage "flows": who has read private or untrusted data may not carry data out. What a caller does is marked when it is
// let through, in one step with the look at what it did before, so that neither order nor races are a way around.

import { DependencyFailed } from "../errors.ts";
import type { Flow, Policy } from "../policy/types.ts";
import { refused } from "./decisions.ts";
import type { Ruled } from "./denials.ts";
import { concerned, inForce, sentBy } from "./flow_match.ts";
import { noteIdle, type Trace } from "./judge.ts";
import { whereWatched } from "./monitor.ts";
import type { TaintStore } from "./ports.ts";
import type { Answered, Screening } from "./requests.ts";
import type { Refusal, Ruling } from "./rulings.ts";
import type { Identity, Inquiry } from "./types.ts";
import { ASK_OPERATOR, quoted } from "./wording.ts";

/** What flows say of a message. */
export interface FlowsVerdict {
  /** The refusal, or null. */
  ruling: Ruling | null;
  /** What flows that only watch would have said, or null. */
  watched: Ruling | null;
}

const SILENT: FlowsVerdict = { ruling: null, watched: null };

/**
 * Judges a message by what its caller has done, and keeps what it does.
 *
 * @param policy The compiled policy.
 * @param taints The memory.
 * @param inquiry The message.
 * @param admitted True when everything else lets it through, so that it counts from now on; false to look only.
 * @returns What is said.
 * @throws {DependencyFailed} When the memory does not answer.
 */
export async function judgeFlows(
  policy: Policy,
  taints: TaintStore | undefined,
  inquiry: Inquiry,
  admitted: boolean,
): Promise<FlowsVerdict> {
  const { sinks, sources, direct } = concerned(policy, inquiry);
  if (direct !== null && inForce(policy, direct)) return { ruling: atOnce(direct), watched: null };
  const marks = admitted ? sources : [];
  const said = direct === null ? null : atOnce(direct);
  if (sinks.length + marks.length === 0) return { ruling: null, watched: said };
  const owner = ownerOf(inquiry.identity);
  try {
    const store = needed(taints);
    const watching = sinks.filter((flow) => !inForce(policy, flow));
    const before = watching.length === 0 ? null : await store.admit(owner, watching, []);
    const watched = said ??
      (before !== null && before.hit >= 0
        ? denial(watching[before.hit]!, inquiry, before.leftMs)
        : null);
    const looks = sinks.filter((flow) => inForce(policy, flow));
    const pending = store.admit(owner, looks, marks);
    const { hit, leftMs, full } = pending instanceof Promise ? await pending : pending;
    // What only watches refuses nothing, also where it cannot be kept.
    if (full && !marks.some((flow) => inForce(policy, flow))) {
      return { ruling: null, watched: watched ?? noRoom() };
    }
    if (full) return { ruling: noRoom(), watched };
    return { ruling: hit < 0 ? null : denial(looks[hit]!, inquiry, leftMs), watched };
  } catch (error) {
    if (!(error instanceof DependencyFailed)) throw error;
    if ([...sinks, ...marks].some((flow) => inForce(policy, flow))) throw error;
    return { ruling: null, watched: said ?? notKept(error) };
  }
}

/**
 * Judges a message that everything else lets through, and keeps what it does.
 *
 * @param policy The compiled policy.
 * @param taints The memory.
 * @param inquiry The message.
 * @param before What is decided so far.
 * @returns The same, or that the message is refused after all.
 * @throws {DependencyFailed} When the memory does not answer.
 */
export async function admitByFlows(
  policy: Policy,
  taints: TaintStore | undefined,
  inquiry: Inquiry,
  before: Ruled,
): Promise<Ruled> {
  if (policy.flows.length === 0) return before;
  const { ruling, watched } = await judgeFlows(policy, taints, inquiry, true);
  const { decision } = before;
  if (ruling !== null) {
    const { detail } = ruling;
    return {
      decision: refused(decision.id, ruling, decision.findings),
      ...(detail === undefined ? {} : { detail }),
    };
  }
  return decision.wouldBe !== undefined || watched === null
    ? before
    : { ...before, decision: whereWatched(policy, decision, watched) };
}

/**
 * Says what flows are about a message, and what needs no memory.
 *
 * @param policy The compiled policy.
 * @param inquiry The message.
 * @param trace Gets it in words.
 * @returns What is said where a message is both ends of a flow.
 */
export function explainFlows(policy: Policy, inquiry: Inquiry, trace: Trace): FlowsVerdict {
  const { sinks, sources, direct } = concerned(policy, inquiry);
  if (direct !== null) {
    const said = atOnce(direct);
    const enforced = inForce(policy, direct);
    trace.push({
      stage: "flows",
      verdict: enforced ? "deny" : "pass",
      rule: said.rule,
      detail: enforced ? said.message : `only watches; would say: ${said.message}`,
    });
    return enforced ? { ruling: said, watched: null } : { ruling: null, watched: said };
  }
  const names = (flows: readonly Flow[]): string => flows.map(({ name }) => name).join(", ");
  const words = [
    ...(sinks.length > 0 ? [`denied once its caller has done what ${names(sinks)} names`] : []),
    ...(sources.length > 0 ? [`counts for ${names(sources)}`] : []),
  ].join("; ");
  noteIdle(
    trace,
    "flows",
    policy.flows.length === 0
      ? "the policy has no flows"
      : words || `none of ${policy.flows.length} flows is about it`,
  );
  return SILENT;
}

/**
 * Keeps that a caller gets private data in an answer, before it does; what is withheld it does not get.
 *
 * @param policy The compiled policy.
 * @param taints The memory.
 * @param answer What came back.
 * @param screened What else is said of it: first, since that bounds how many URIs there are.
 * @returns The same; refused where it cannot be kept.
 */
export function screenMarked(
  policy: Policy,
  taints: TaintStore | undefined,
  answer: Answered,
  screened: Screening | Promise<Screening>,
): Screening | Promise<Screening> {
  if (policy.flows.length === 0 || answer.direction !== "s2c") return screened;
  const mark = (said: Screening): Screening | Promise<Screening> => {
    if (said.refusal !== null) return said;
    const kept = markAnswer(policy, taints, answer);
    if (kept === null) return said;
    return Promise.resolve(kept).then((failed) => {
      if (failed === null) return said;
      const { reason, rule, message } = failed;
      return { ...said, refusal: { reason, rule, message, direction: answer.direction } };
    });
  };
  return screened instanceof Promise ? screened.then(mark) : mark(screened);
}

/** At once where the memory answers at once. */
function markAnswer(
  policy: Policy,
  taints: TaintStore | undefined,
  answer: Answered,
): Refusal | null | Promise<Refusal | null> {
  const found = sentBy(policy, answer.uses.uris, answer.context.upstream);
  if (found.length === 0) return null;
  const forced = found.some((flow) => inForce(policy, flow));
  const failed = (error: unknown): Refusal | null => {
    if (!(error instanceof DependencyFailed)) throw error;
    return forced ? notKept(error) : null;
  };
  const said = ({ full }: { full: boolean }): Refusal | null => full && forced ? noRoom() : null;
  try {
    const pending = needed(taints).admit(ownerOf(answer.identity), [], found);
    return pending instanceof Promise ? pending.then(said, failed) : said(pending);
  } catch (error) {
    return failed(error);
  }
}

/** A claimed identity costs nothing, so without authentication all callers are one. */
function ownerOf({ method, id }: Identity): string {
  return method === "none" ? "anonymous" : id;
}

function needed(taints: TaintStore | undefined): TaintStore {
  if (taints === undefined) throw new DependencyFailed("flows", "nothing keeps what flows look at");
  return taints;
}

function subjectOf({ tool, method }: Inquiry): string {
  return tool !== null ? `tool ${quoted(tool)}` : `method ${quoted(method)}`;
}

function denial(flow: Flow, inquiry: Inquiry, leftMs: number): Ruling {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000));
  return {
    effect: "deny",
    reason: "FlowDenied",
    rule: flow.name,
    message:
      `${subjectOf(inquiry)} is denied by ${flow.name} after what this caller has done before` +
      `${
        why(flow)
      } It may be used again in ${seconds} s, if nothing of that kind is done until then`,
    detail: "flow.denied",
  };
}

function atOnce(flow: Flow): Ruling {
  return {
    effect: "deny",
    reason: "FlowDenied",
    rule: flow.name,
    message:
      `the message would read and carry out at once what ${flow.name} keeps apart${why(flow)}` +
      ` ${ASK_OPERATOR}`,
    detail: "flow.denied",
  };
}

function why({ reason }: Flow): string {
  return reason === null ? "." : `: ${reason}${/[.!?]$/.test(reason) ? "" : "."}`;
}

function noRoom(): Ruling {
  return {
    effect: "deny",
    reason: "LimitExceeded",
    rule: "flow_state",
    message:
      "there is no room to keep what `flows` look back at, so this is refused; try again later",
    detail: "flow.full",
  };
}

function notKept(error: DependencyFailed): Ruling {
  return {
    effect: "deny",
    reason: "DependencyFailed",
    rule: `dependency.${error.dependency}`,
    message: "what `flows` look back at cannot be read or kept; try again later",
    detail: `dependency.${error.dependency}`,
  };
}
