// Puts what a record names before a policy again: the calls of tools, and the messages about resources and prompts.

import type { CallGuard, Decision, Inquiry } from "../guard/mod.ts";

/** What was used. */
export interface Used {
  /** Of which kind it is. */
  kind: "tool" | "resource" | "prompt";
  /** Its name: for tools and prompts as policies have it, for resources as records have it. */
  name: string;
  /** Who used it. */
  identity: string;
  /** The server that it was asked of, where several stand behind the guard and the record says which. */
  upstream: string | null;
}

/**
 * Says what a policy makes of something that was used. Arguments, contents and roles are in no record.
 *
 * @param guard An engine with that policy.
 * @param used What was used.
 * @returns Its decision; nothing is counted or kept.
 */
export function replayed(guard: CallGuard, used: Used): Decision {
  const { kind, name, identity } = used;
  if (kind === "tool") return guard.explain({ tool: name, identity });
  // A policy for one server alone is asked about names as they are.
  const route = guard.policy.upstreams.find((one) => one.name === used.upstream)?.name;
  const own = route !== undefined && name.startsWith(`${route}/`)
    ? name.slice(route.length + 1)
    : name;
  const inquiry: Inquiry = {
    identity: { id: identity, roles: [], method: "local" },
    direction: "c2s",
    method: kind === "resource" ? "resources/read" : "prompts/get",
    known: true,
    tool: null,
    names: kind === "prompt" ? [{ kind, name: own, where: "params.name" }] : [],
    uris: kind === "resource" ? [usedUri(name)] : [],
    texts: [],
    metered: false,
    context: { transport: "replay", ...(route === undefined ? {} : { upstream: route }) },
  };
  return guard.evaluate(inquiry);
}

/** Whether what a record names is a template. */
export function isTemplate(recorded: string): boolean {
  return /\{\*\*?\}/.test(recorded);
}

/** A URI, or a template, that is recorded so; what was hidden is some text. */
export function usedUri(recorded: string): Inquiry["uris"][number] {
  const where = "params.uri";
  if (isTemplate(recorded)) {
    const uri = recorded.replaceAll("{**}", "{+x}").replaceAll("{*}", "{x}").replace(/\*+/g, "x");
    return { role: "template", uri, where };
  }
  return { role: "resource", uri: recorded.replace(/\*+/g, "x"), where };
}
