// What a server may ask of the client: section `server_requests`, for requests of its own and for what it puts into
// results, tasks and errors.

import { canonicalizeUri, UriError } from "../match/mod.ts";
import type { Policy, ServerRequestEffect } from "../policy/types.ts";
import { JsonObject } from "../wire/mod.ts";
import type { Trace } from "./judge.ts";
import type { Ruling } from "./rulings.ts";
import type { Inquiry } from "./types.ts";
import { ASK_OPERATOR, quoted } from "./wording.ts";

/** What one key of the section says. */
interface Said {
  effect: ServerRequestEffect;
  rule: string;
  /** What the server wants, e.g. `to use the client's model`. */
  wish: string;
}

/**
 * Judges a request of a server's.
 *
 * @param policy The compiled policy.
 * @param inquiry The message.
 * @returns What is to be done, or null where nothing is said about it.
 */
export function judgeServerRequest(
  policy: Policy,
  inquiry: Inquiry,
  trace: Trace | null,
): Ruling | null {
  if (inquiry.direction !== "s2c") return null;
  const said = sayOf(policy, inquiry);
  if (said === null) return null;
  const ruling = rulingOf(said);
  const { effect, rule, wish } = said;
  trace?.push({
    stage: "server_requests",
    verdict: effect === "allow" ? "pass" : effect,
    rule,
    detail: ruling?.message ?? `the server may ask ${wish}`,
  });
  return ruling;
}

function rulingOf({ effect, rule, wish }: Said): Ruling | null {
  if (effect === "allow") return null;
  if (effect === "deny") {
    const message = `the server wants ${wish}, which ${rule} does not allow. ${ASK_OPERATOR}`;
    return { effect, reason: "RuleDenied", rule, message, detail: "policy.server_request" };
  }
  return { effect, reason: "ApprovalRequired", rule, message: `the server wants ${wish}` };
}

function sayOf(policy: Policy, inquiry: Inquiry): Said | null {
  const { sampling, roots, form, url } = policy.serverRequests;
  switch (inquiry.method) {
    case "sampling/createMessage":
      return {
        effect: sampling,
        rule: "server_requests.sampling",
        wish: "to use the client's model",
      };
    case "roots/list":
      return { effect: roots, rule: "server_requests.roots", wish: "to know the client's folders" };
    case "elicitation/create": {
      const params = inquiry.payload instanceof JsonObject ? inquiry.payload : new JsonObject();
      const mode = params.get("mode");
      // What carries an address is judged as one, whatever it calls itself.
      if (mode === "url" || params.has("url")) return urlOf(url, params);
      const rule = "server_requests.elicitation.form";
      return mode === undefined || mode === "form"
        ? { effect: form, rule, wish: "the user to fill in a form" }
        : { effect: "deny", rule, wish: "to ask the user in a way that nobody knows" };
    }
    default:
      return null;
  }
}

/** With hosts only `https:` on one of them: the user is to type something there. */
function urlOf(section: Policy["serverRequests"]["url"], params: JsonObject): Said {
  const rule = "server_requests.elicitation.url";
  const text = params.get("url");
  const { effect, hosts } = section;
  const wish = `the user to open ${typeof text === "string" ? quoted(text) : "no address"}`;
  const address = typeof text === "string" ? read(text) : null;
  // Addresses that a browser opens; `javascript:` and the like are none, whoever asks.
  if (address === null || !["https", "http"].includes(address.scheme)) {
    return { effect: "deny", rule, wish };
  }
  const { scheme, host } = address;
  if (hosts === null) return { effect, rule, wish };
  // A host is only named where it is also proved to be that host.
  const listed = scheme === "https" && host !== null && hosts.some((one) => matches(one, host));
  return listed ? { effect, rule, wish } : { effect: "deny", rule: `${rule}.allow_hosts`, wish };
}

function matches(allowed: string, host: string): boolean {
  return allowed.startsWith("*.") ? host.endsWith(allowed.slice(1)) : host === allowed;
}

function read(text: string): { scheme: string; host: string | null } | null {
  try {
    return canonicalizeUri(text);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    return null;
  }
}
