// What a client says without asking: notifications, and its answers to what the server asked.

import type { OutrightRefusal } from "../guard/mod.ts";
import {
  CODE,
  errorReply,
  inspectError,
  inspectRequest,
  inspectResult,
  JsonNumber,
  methodSpec,
  type NotificationMessage,
  type ResponseMessage,
  RpcError,
  stripMeta,
  type Uses,
} from "../wire/mod.ts";
import { codeOf } from "./answers.ts";
import { prolong } from "./endings.ts";
import { messageInquiry, NOTHING } from "./asking.ts";
import type { Flood } from "./flood.ts";
import { idKey, type PendingRequest, progressKey } from "./pending.ts";
import type { Session } from "./session.ts";

/** Why a message was one too many. */
export const FLOOD: OutrightRefusal = {
  reason: "RateLimitExceeded",
  rule: "limits.messages_per_sec",
  message: "too many requests and notifications per second in this session; wait a moment",
};

/** Handles the client's notifications and answers of one session. */
export class ClientNotices {
  readonly #session: Session;
  readonly #flood: Flood;

  /**
   * @param session The session whose client speaks.
   * @param flood How many messages it may send, requests included.
   */
  constructor(session: Session, flood: Flood) {
    this.#session = session;
    this.#flood = flood;
  }

  /** Handles one notification. It gets no answer: a record is all that a refused one leaves. */
  async notification(message: NotificationMessage): Promise<void> {
    const session = this.#session;
    const { method, params } = message;
    if (!this.#flood.take(session.options.clock.monotonic())) {
      await session.refuse({ ...FLOOD, method });
      return;
    }
    stripMeta(params);
    const spec = methodSpec(method, "c2s", "notification");
    if (spec === undefined && methodSpec(method, "c2s", "request") !== undefined) {
      return await this.#drop("rpc.notification_method", method);
    }
    let uses = NOTHING;
    if (spec !== undefined) {
      try {
        uses = inspectRequest(spec, params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return await this.#drop(error.code, method);
      }
    }
    if (method === "notifications/cancelled") return await this.#cancelled(message, uses);
    let ask: PendingRequest | undefined;
    if (method === "notifications/progress") {
      const key = progressKey(params);
      ask = key === null ? undefined : session.asks.byProgress(key);
      if (ask !== undefined) prolong(session, ask);
      else if (key === null || !session.asks.tasks.has(key)) {
        return await this.#drop("rpc.unknown_progress_token", method);
      }
    }
    const known = spec !== undefined && session.negotiation.knows(spec, "c2s");
    if (!await this.#allowed(message, uses, known)) return;
    // What it is about may have ended while this was judged.
    if (ask !== undefined && !session.asks.reports(ask)) return;
    if (spec?.extension === "tasks") session.asks.tasks.told(params);
    await session.toServer(message.tree);
  }

  /** Handles one answer. */
  async response(message: ResponseMessage): Promise<void> {
    const session = this.#session;
    if (await session.held.answered(message)) return;
    const ask = session.asks.take(message.id);
    if (ask === undefined) return await this.#drop("rpc.unsolicited_response", "-");
    message.tree.set("id", ask.peerId);
    const failed = message.error !== undefined;
    let uses: Uses;
    try {
      uses = message.error !== undefined
        ? inspectError(message.error)
        : inspectResult(ask.spec, ask.params, message.result ?? null);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return await this.#withhold(ask, message, {
        reason: "MalformedMessage",
        rule: error.code,
        message: `the client's answer was refused: ${error.message}`,
      });
    }
    const { refusal, findings, redacted } = await session.options.guard.screen({
      ...session.client,
      method: ask.spec.method,
      tool: null,
      uses,
      root: message.tree,
      declared: false,
    });
    if (refusal !== null) return await this.#withhold(ask, message, refusal);
    if (!failed) session.asks.tasks.answered(ask, message.result);
    await session.toServer(message.tree);
    session.settle(ask, failed ? "error" : "ok", {
      response: message.tree,
      findings,
      ...(redacted ? { detail: "result.redacted" } : {}),
    });
  }

  async #cancelled(message: NotificationMessage, uses: Uses): Promise<void> {
    const session = this.#session;
    const id = message.params?.get("requestId");
    const call = typeof id === "string" || id instanceof JsonNumber
      ? session.calls.byPeerId(id)
      : undefined;
    const asked = typeof id === "string" || id instanceof JsonNumber ? id : null;
    if (asked !== null && session.held.has("client", asked)) {
      // The server has never heard of it.
      if (await this.#allowed(message, uses, true) && session.held.cancel("client", asked)) {
        session.options.client.unanswered?.(idKey(asked));
      }
      return;
    }
    // Only the client's own waiting calls can be cancelled; a late cancel is common and harmless.
    if (call === undefined) return await this.#drop("rpc.unknown_request", message.method);
    if (!await this.#allowed(message, uses, true) || !session.calls.holds(call)) return;
    session.calls.remove(call);
    session.options.client.unanswered?.(idKey(call.peerId));
    message.params?.set("requestId", new JsonNumber(String(call.guardId)));
    await session.toServer(message.tree);
    session.settle(call, "cancelled", { detail: "client.cancelled" });
  }

  /** An answer that the server may not have: it gets an error in its place. */
  async #withhold(
    ask: PendingRequest,
    message: ResponseMessage,
    refusal: Parameters<Session["refuse"]>[0],
  ): Promise<void> {
    const session = this.#session;
    const decision = await session.refuse({
      ...refusal,
      direction: "c2s",
      method: ask.spec.method,
    });
    const code = refusal.reason === "MalformedMessage" ? CODE.UPSTREAM : codeOf(decision);
    await session.toServer(errorReply(ask.peerId, code, "the client's answer was withheld"));
    session.settle(ask, "error", { response: message.tree, detail: "result.withheld" });
  }

  async #allowed(message: NotificationMessage, uses: Uses, known: boolean): Promise<boolean> {
    const session = this.#session;
    const inquiry = messageInquiry(message, session.client, uses, { known, metered: false });
    return (await session.decide(inquiry)).allowed && !session.gone;
  }

  async #drop(rule: string, method: string): Promise<void> {
    this.#session.options.metrics.count("mcpguard_malformed_total");
    await this.#session.refuse({
      reason: "MalformedMessage",
      rule,
      message: "the message has no meaning here, so it was dropped",
      method,
    });
  }
}
