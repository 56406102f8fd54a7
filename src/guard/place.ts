// Which server a message concerns, where several stand behind one guard: names and URIs are taken apart once,
// before anything is judged, so that every list, rule, bucket and record sees `server/tool` and the server's own URI.

import { joinName, joinUri, splitName, splitSpelling, splitUri } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import type { NameUse, UriUse } from "../wire/uses.ts";
import { JsonObject, type JsonValue } from "../wire/value.ts";
import type { PinKind } from "./pins.ts";
import type { Inquiry, MessageContext } from "./types.ts";

/** Methods whose callers write names in any spelling, and URIs without a server: the tool says whose they are. */
const BARE_URIS: ReadonlySet<string> = new Set(["tool_call", "check"]);

/**
 * Says which server a message concerns, in place; a message that has been placed stays as it is.
 *
 * @param policy The compiled policy.
 * @param inquiry The message. Its names become `server/name`, its URIs the server's own; what belongs to no server that
 * is declared keeps its text and names none, which the lists then refuse.
 */
export function place(policy: Policy, inquiry: Inquiry): void {
  if (inquiry.upstream !== undefined) return;
  inquiry.upstream = null;
  if (policy.upstreams.length === 0) return;
  const route = inquiry.context?.upstream;
  const { method, direction } = inquiry;
  if (direction === "s2c") {
    inquiry.uris = inquiry.uris.map((use) => placeUri(policy, use, route));
    inquiry.upstream = route ?? askerOf(policy, inquiry.context) ??
      inquiry.uris[0]?.upstream ?? null;
  } else {
    inquiry.names = inquiry.names.map((use) => placeName(policy, use, route, method === "check"));
    const found = new Set(inquiry.names.map((use) => use.upstream));
    inquiry.uris = inquiry.uris.map((use) => {
      if (use.role === "argument" || BARE_URIS.has(method)) return use;
      const placed = placeUri(policy, use, route);
      found.add(placed.upstream);
      return placed;
    });
    if (route === undefined) found.add(taskOwner(policy, inquiry));
    found.delete(undefined);
    const [only = null] = found;
    inquiry.upstream = route ?? (found.size === 1 ? only : null);
    if (inquiry.tool !== null) inquiry.tool = inquiry.names[0]?.name ?? inquiry.tool;
  }
  const { upstream } = inquiry;
  if (upstream === null) return;
  inquiry.uris = inquiry.uris.map((use) => use.upstream === undefined ? { ...use, upstream } : use);
  if (inquiry.context !== undefined) inquiry.context = { ...inquiry.context, upstream };
}

/**
 * Says which server a name belongs to.
 *
 * @param policy The compiled policy.
 * @param use The name.
 * @param route The server that the client's address names, if it names one; then the name is the server's own.
 * @param spelled Whether any separator will do.
 * @returns The name as `server/name`; as it was where it belongs to no declared server.
 */
export function placeName<U extends Pick<NameUse, "name">>(
  policy: Policy,
  use: U,
  route: string | undefined,
  spelled = false,
): U & { upstream?: string } {
  if (route !== undefined) return { ...use, name: `${route}/${use.name}`, upstream: route };
  const apart = spelled ? splitSpelling(use.name) : splitName(use.name);
  if (apart === null || !declared(policy, apart.upstream)) return use;
  return { ...use, name: `${apart.upstream}/${apart.bare}`, upstream: apart.upstream };
}

/**
 * Says which server a URI or a template belongs to.
 *
 * @param policy The compiled policy.
 * @param use The URI.
 * @param route As for {@linkcode placeName}.
 * @returns The server's own URI, whose canonical form is written back as the client's; as it was where it belongs to none.
 */
export function placeUri(policy: Policy, use: UriUse, route: string | undefined): UriUse {
  if (route !== undefined) return { ...use, upstream: route };
  const apart = splitUri(use.uri);
  if (apart === null || !declared(policy, apart.upstream)) return use;
  const placed: UriUse = { ...use, uri: apart.bare, upstream: apart.upstream };
  const { rewrite } = use;
  if (rewrite !== undefined) {
    placed.rewrite = (canonical): void => rewrite(joinUri(apart.upstream, canonical)!);
  }
  return placed;
}

/** A name in a list, as {@linkcode placeName} has it where there are several servers. */
export function nameEntry(
  policy: Policy,
  kind: NameUse["kind"],
  name: string,
  route: string | undefined,
): Pick<NameUse, "kind" | "name" | "upstream"> {
  return policy.upstreams.length > 0 ? placeName(policy, { kind, name }, route) : { kind, name };
}

/** A URI or template in a list, as {@linkcode placeUri} has it where there are several servers; null where it is nobody's. */
export function uriEntry(
  policy: Policy,
  role: "resource" | "template",
  uri: string,
  route: string | undefined,
): UriUse | null {
  const use: UriUse = { uri, role, where: "result" };
  if (policy.upstreams.length === 0) return use;
  const placed = placeUri(policy, use, route);
  return placed.upstream === undefined ? null : placed;
}

/**
 * The name of a pin: the same whether clients reach its server alone or among others.
 *
 * @param kind What is pinned.
 * @param bare The server's own name or URI template for it; nothing for instructions.
 * @param upstream The server, or undefined where it is the only one.
 */
export function pinName(kind: PinKind, bare: string, upstream: string | undefined): string {
  if (upstream === undefined) return bare;
  if (kind === "instructions") return upstream;
  return kind === "template" ? joinUri(upstream, bare) ?? bare : `${upstream}/${bare}`;
}

/**
 * What an entry of a list is pinned as.
 *
 * @param policy The compiled policy.
 * @param kind What it is.
 * @param key The member that names it.
 * @param entry The entry as the client would get it.
 * @param route As for {@linkcode placeName}.
 * @returns The pin's name, and the entry as its server sent it; null where it has no name, or is nobody's.
 */
export function pinnedAs(
  policy: Policy,
  kind: PinKind,
  key: string,
  entry: JsonValue,
  route: string | undefined,
): { name: string; definition: JsonValue } | null {
  const name = entry instanceof JsonObject ? entry.get(key) : undefined;
  if (typeof name !== "string") return null;
  if (policy.upstreams.length === 0 || route !== undefined) {
    return { name: pinName(kind, name, route), definition: entry };
  }
  const apart = kind === "template" ? splitUri(name) : splitName(name);
  if (apart === null || !declared(policy, apart.upstream)) return null;
  const { keys, values } = entry as JsonObject;
  const definition = new JsonObject([...keys], [...values]);
  definition.set(key, apart.bare);
  return { name: pinName(kind, apart.bare, apart.upstream), definition };
}

function declared(policy: Policy, name: string): boolean {
  return policy.upstreams.some((one) => one.name === name);
}

/** The server of the task that a message is about. */
function taskOwner(policy: Policy, { method, payload }: Inquiry): string | undefined {
  const id = method.startsWith("tasks/") && payload instanceof JsonObject
    ? payload.get("taskId")
    : undefined;
  const apart = typeof id === "string" ? splitName(id) : null;
  return apart !== null && declared(policy, apart.upstream) ? apart.upstream : undefined;
}

/** The server that asks the client, by the id that the guard gave its request. */
function askerOf(policy: Policy, context: MessageContext | undefined): string | null {
  const apart = context?.requestId === undefined ? null : splitName(context.requestId);
  return apart !== null && declared(policy, apart.upstream) ? apart.upstream : null;
}

/** The id under which one server's request is known to a session with several. */
export function askId(upstream: string, counter: number): string {
  return joinName(upstream, String(counter));
}
