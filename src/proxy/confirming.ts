// How a client's own user is asked for a confirmation: by a form, as a request (legacy) or inside a result (modern).
// This shows a person what is about to happen; it is no control against the client, which could answer by itself.

import type { ApprovalTicket } from "../guard/mod.ts";
import {
  fromPlain,
  JsonError,
  type JsonLimits,
  JsonObject,
  type JsonValue,
  parseJson,
  resultReply,
  RPC,
  RpcError,
  type RpcId,
  writeJson,
} from "../wire/mod.ts";

/** The guard's own question among the input requests of a result. */
const QUESTION = "mcpguard_confirm";
/** What the guard's own `requestState` begins with; then the request's id, a dot, and what the client had sent itself. */
const STATE = "mcpguard:";
/** The members of a retry that the guard's question takes the place of. */
const RETRIED = ["inputResponses", "requestState"] as const;

/** Requests that a modern server may answer by a question, and so the guard (MCP 2026-07-28, basic/patterns). */
export const ASKS_INSIDE: ReadonlySet<string> = new Set([
  "tools/call",
  "prompts/get",
  "resources/read",
]);

/** The parameters of elicitation/create. */
export function confirmationParams(question: string): JsonObject {
  return fromPlain({
    mode: "form",
    message: `mcpguard: ${question}`,
    requestedSchema: {
      type: "object",
      properties: {
        confirm: { type: "boolean", title: "Allow this", description: "true lets it happen once" },
      },
      required: ["confirm"],
    },
  }) as JsonObject;
}

/**
 * Whether a server's result poses as the guard's question: the user's yes to it would count for a call of another
 * server's that waits under the id it names.
 *
 * @param result The result, or the parameters of a notification about a task.
 */
export function posesAsGuard(result: JsonObject): boolean {
  const state = result.get("requestState");
  const asks = result.get("inputRequests");
  return (typeof state === "string" && state.startsWith(STATE)) ||
    (asks instanceof JsonObject && asks.has(QUESTION));
}

/** Whether the answer to the question is a yes: accepted, and ticked. */
export function isConfirmed(result: JsonValue | undefined): boolean {
  if (!(result instanceof JsonObject) || result.get("action") !== "accept") return false;
  const content = result.get("content");
  return content instanceof JsonObject && content.get("confirm") === true;
}

/**
 * The answer of the modern era that asks the client's user.
 *
 * @param id The client's id.
 * @param ticket What is to be confirmed.
 * @param question The question.
 * @param params The request's parameters; what they answered to the server's own question comes back with the retry.
 * @returns The JSON-RPC answer.
 */
export function confirmationReply(
  id: RpcId,
  ticket: Pick<ApprovalTicket, "id">,
  question: string,
  params: JsonObject | undefined,
): JsonObject {
  const kept = new JsonObject();
  for (const name of RETRIED) {
    const value = params?.get(name);
    if (value !== undefined) kept.set(name, value);
  }
  const carried = kept.keys.length === 0
    ? ""
    : new TextEncoder().encode(writeJson(kept)).toBase64({ alphabet: "base64url" });
  const ask = new JsonObject(["method", "params"], [
    "elicitation/create",
    confirmationParams(question),
  ]);
  return resultReply(
    id,
    new JsonObject(["resultType", "inputRequests", "requestState"], [
      "input_required",
      new JsonObject([QUESTION], [ask]),
      `${STATE}${ticket.id}.${carried}`,
    ]),
  );
}

/**
 * Takes the user's answer to the guard's own question out of a retried request, and puts back what the client had sent
 * the first time. The server never sees the question.
 *
 * @param params The parameters; changed.
 * @param limits Bounds for what comes back.
 * @returns Which request it is about and whether it was confirmed; null where the retry is none of the guard's.
 * @throws {RpcError} `rpc.request_state` for a state that begins like the guard's and is none.
 */
export function takeConfirmation(
  params: JsonObject | undefined,
  limits: JsonLimits,
): { ticket: string; confirmed: boolean } | null {
  const state = params?.get("requestState");
  if (params === undefined || typeof state !== "string" || !state.startsWith(STATE)) return null;
  const found = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_=-]*)$/.exec(state.slice(STATE.length));
  if (found === null) throw misfit();
  const answers = params.get("inputResponses");
  const confirmed = answers instanceof JsonObject && isConfirmed(answers.get(QUESTION));
  for (const name of RETRIED) params.delete(name);
  if (found[2] !== "") {
    const kept = carried(found[2]!, limits);
    for (const name of RETRIED) {
      const value = kept.get(name);
      if (value !== undefined) params.set(name, value);
    }
  }
  return { ticket: found[1]!, confirmed };
}

function carried(text: string, limits: JsonLimits): JsonObject {
  let tree: JsonValue;
  try {
    tree = parseJson(Uint8Array.fromBase64(text, { alphabet: "base64url" }), limits);
  } catch (error) {
    if (!(error instanceof JsonError) && !(error instanceof SyntaxError)) throw error;
    throw misfit();
  }
  if (!(tree instanceof JsonObject)) throw misfit();
  const state = tree.get("requestState");
  // One question at a time: a state of the guard's inside another would never end.
  if (typeof state === "string" && state.startsWith(STATE)) throw misfit();
  return tree;
}

function misfit(): RpcError {
  return new RpcError(
    RPC.INVALID_PARAMS,
    "rpc.request_state",
    "requestState is none of this guard's",
  );
}
