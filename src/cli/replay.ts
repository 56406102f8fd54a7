// Puts what a record names before a policy again: the calls of tools, and the messages about resources and prompts.

import type { Decision, GuardCore, Inquiry } from "../guard/mod.ts";
import { inspectFrame, JsonObject, methodSpec, readFrame } from "../wire/mod.ts";
import { clientName } from "./client_name.ts";

/** What was used. */
export interface Used {
  /** Of which kind it is; a message that names nothing is its method. */
  kind: "tool" | "resource" | "prompt" | "method";
  /** Its name: for tools and prompts as policies have it, for resources as records have it. */
  name: string;
  /** The method of the message. */
  method: string;
  /** Who used it. */
  identity: string;
  /** The server that it was asked of, where several stand behind the guard and the record says which. */
  upstream: string | null;
}

/** The plainest use of each kind. */
export const PLAINLY = { tool: "tools/call", resource: "resources/read", prompt: "prompts/get" };

/**
 * Says what a policy makes of something that was used. Arguments, contents and roles are in no record.
 *
 * @param guard An engine with that policy.
 * @param used What was used.
 * @param roles Roles that the policy gives to who used it.
 * @returns Its decision; nothing is counted or kept.
 */
export function replayed(guard: GuardCore, used: Used, roles: readonly string[] = []): Decision {
  const { kind, name, method, identity } = used;
  const { auth, upstreams } = guard.policy;
  // A policy for one server alone is asked about names as they are.
  const route = kind === "tool"
    ? undefined
    : upstreams.find((one) => one.name === used.upstream)?.name;
  const own = route !== undefined && name.startsWith(`${route}/`)
    ? name.slice(route.length + 1)
    : name;
  const tool = kind === "tool" ? clientName(name, guard.policy) : null;
  const inquiry: Inquiry = {
    identity: {
      ...{ id: identity, roles },
      method: identity === "anonymous" ? "none" : auth.mode === "none" ? "local" : auth.mode,
    },
    direction: "c2s",
    ...{ method, tool, metered: tool !== null },
    known: kind !== "method" || methodSpec(method, "c2s", "request") !== undefined ||
      methodSpec(method, "c2s", "notification") !== undefined,
    names: tool !== null
      ? inspectFrame(readFrame(new JsonObject(["type", "tool"], ["tool_call", tool]))).names
      : kind === "prompt"
      ? [{ kind, name: own, where: "params.name" }]
      : [],
    uris: kind === "resource" ? [usedUri(name)] : [],
    texts: [],
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
