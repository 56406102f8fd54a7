// What a server asks of the client without a request of its own: inside results and tasks (MCP 2026-07-28), and by
// errors that name addresses (MCP 2025-11-25, client/elicitation). All of it is judged like a request.

import type { Decision, Inquiry } from "../guard/mod.ts";
import {
  inspectRequest,
  JsonNumber,
  JsonObject,
  type JsonValue,
  methodSpec,
  RpcError,
} from "../wire/mod.ts";
import { posesAsGuard } from "./confirming.ts";
import type { Session } from "./session.ts";

/** Code of the error that wants a page to be opened first. */
const URL_NEEDED = -32042;

/** Requests inside one message. */
export interface HiddenAsks {
  /** Method and parameters of each. */
  readonly asks: readonly { method: string; params: JsonObject | undefined }[];
  /** All of them as they stand in the message: what a human who is asked gets to see. */
  readonly whole: JsonValue;
  /** Whether one of them is no request that could be judged. */
  readonly odd: boolean;
}

/**
 * Finds the requests in a result, or in the parameters of a notification about a task.
 *
 * @param holder The result or the parameters.
 * @returns The requests, or null where there are none.
 */
export function asksInside(holder: JsonValue | undefined): HiddenAsks | null {
  if (!(holder instanceof JsonObject)) return null;
  const whole = holder.get("inputRequests");
  if (posesAsGuard(holder)) return { asks: [], whole: whole ?? null, odd: true };
  if (whole === undefined) return null;
  if (!(whole instanceof JsonObject)) return { asks: [], whole, odd: true };
  const asks: { method: string; params: JsonObject | undefined }[] = [];
  let odd = false;
  for (const value of whole.values) {
    const method = value instanceof JsonObject ? value.get("method") : undefined;
    const params = value instanceof JsonObject ? value.get("params") : undefined;
    const whether = params === undefined || params instanceof JsonObject;
    if (typeof method === "string" && whether) asks.push({ method, params });
    else odd = true;
  }
  return asks.length === 0 && !odd ? null : { asks, whole, odd };
}

/**
 * Finds the addresses in an error.
 *
 * @param error The `error` member of an answer.
 * @returns Each as a request for an elicitation, or null where there are none.
 */
export function asksOfError(error: JsonObject): HiddenAsks | null {
  const code = error.get("code");
  if (!(code instanceof JsonNumber) || code.value !== URL_NEEDED) return null;
  const data = error.get("data");
  const listed = data instanceof JsonObject ? data.get("elicitations") : undefined;
  if (!Array.isArray(listed)) return { asks: [], whole: data ?? null, odd: true };
  const asks = listed.flatMap((one) =>
    one instanceof JsonObject ? [{ method: "elicitation/create", params: one }] : []
  );
  return { asks, whole: listed, odd: asks.length !== listed.length };
}

/**
 * Judges requests that stand inside a message, together: a human is asked once, about all of them.
 *
 * @param session The session whose server asks.
 * @param found The requests.
 * @param canConfirm Whether the client can be asked in the same place.
 * @returns Null where all of them may pass; else why not, or what they wait for. The record is kept.
 */
export async function judgeAsks(
  session: Session,
  found: HiddenAsks,
  canConfirm: boolean,
): Promise<Decision | null> {
  const inquiries: Inquiry[] = [];
  try {
    if (found.odd) throw new RpcError(-32602, "mcp.input_request", "it is no request");
    for (const { method, params } of found.asks) {
      const spec = methodSpec(method, "s2c", "request");
      if (spec === undefined) throw new RpcError(-32602, "mcp.input_request", "it is unknown");
      const { uris, texts } = inspectRequest(spec, params);
      inquiries.push({
        ...{ identity: session.server.identity, direction: "s2c", method, known: true, tool: null },
        ...{ names: [], uris, texts, metered: false, context: session.context, canConfirm },
        payload: params ?? null,
        subject: found.whole,
      });
    }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return await session.refuse({
      reason: "UpstreamFailed",
      rule: error.code,
      message: `the server asks for something that cannot be judged: ${error.message}`,
      direction: "s2c",
    });
  }
  const { guard } = session.options;
  // The strictest is decided first: what it is refused or held for concerns the others, too.
  const said = inquiries.map((inquiry) => ({ inquiry, rank: rank(guard.evaluate(inquiry)) }))
    .sort((a, b) => b.rank - a.rank);
  let asked = false;
  for (const { inquiry, rank } of said) {
    const human = rank === 1 || rank === 2;
    // One human word about the whole is enough.
    if (human && asked) continue;
    const decision = await session.decide(inquiry);
    if (!decision.allowed) return decision;
    asked ||= human;
  }
  return null;
}

function rank({ effect }: Decision): number {
  switch (effect) {
    case "allow":
    case "redact":
      return 0;
    case "confirm":
      return 1;
    case "approve":
      return 2;
    default:
      return 3;
  }
}
