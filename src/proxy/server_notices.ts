// What a server says without being asked: requests of its own, and notifications.

import type { Decision, Inquiry, OutrightRefusal } from "../guard/mod.ts";
import {
  errorReply,
  inspectRequest,
  JsonNumber,
  type MethodSpec,
  methodSpec,
  type NotificationMessage,
  type RequestMessage,
  RpcError,
  type Uses,
} from "../wire/mod.ts";
import { codeOf, serverRefusalReply, textOf } from "./answers.ts";
import { prolong } from "./endings.ts";
import { Flood } from "./flood.ts";
import { messageInquiry, NOTHING } from "./asking.ts";
import { asksInside, judgeAsks } from "./hidden_asks.ts";
import { renameSubscription } from "./message_info.ts";
import { type PendingRequest, progressKey } from "./pending.ts";
import type { Session } from "./session.ts";

/** Messages without a meaning that a server may send for ever, per second: late answers and progress of lost calls. */
const NONSENSE_PER_SEC = 1000;

/** Handles the server's requests and notifications of one session. */
export class ServerNotices {
  readonly #session: Session;
  #left = false;
  readonly #nonsense = new Flood(NONSENSE_PER_SEC);

  /** @param session The session whose server speaks. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Handles one request of the server's. */
  async request(message: RequestMessage): Promise<void> {
    const session = this.#session;
    const { budget } = session.options;
    const { id, method } = message;
    // Two questions under one id have one answer: whose it is, nobody could say.
    if (session.asks.has(id) || session.held.has("server", id)) {
      return await this.drop("rpc.id_reuse", method);
    }
    const spec = methodSpec(method, "s2c", "request");
    let uses = NOTHING;
    if (spec !== undefined) {
      if (!session.negotiation.serverMayAsk) {
        return await this.#refuse(message, {
          reason: "MethodDenied",
          rule: "rpc.server_request",
          message: "servers of this protocol revision ask inside results, not by requests",
        });
      }
      try {
        uses = inspectRequest(spec, message.params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        await this.drop(error.code, method);
        return await session.toServer(errorReply(id, error.rpcCode, error.message));
      }
    }
    if (session.asks.size >= session.limits.inFlight || !budget.take()) {
      return await this.#refuse(message, {
        reason: "LimitExceeded",
        rule: "limits.in_flight",
        message: "too many requests of the server wait for their answer",
      });
    }
    const known = spec !== undefined && session.negotiation.knows(spec, "s2c");
    const inquiry = messageInquiry(message, session.server, uses, {
      known,
      metered: false,
      canConfirm: session.negotiation.asksUser(undefined),
    });
    const decision = await session.decide(inquiry);
    const end = (final: Decision): Promise<void> => this.#end(message, spec, inquiry, final);
    const waits = decision.reason === "ApprovalRequired" &&
      session.held.hold({ id, from: "server", inquiry, end }, decision);
    if (!waits) await end(decision);
  }

  /** Passes a request on to the client, or says no. */
  async #end(
    message: RequestMessage,
    spec: MethodSpec | undefined,
    inquiry: Inquiry,
    decision: Decision,
  ): Promise<void> {
    const session = this.#session;
    if (!decision.allowed || spec === undefined || session.gone) {
      session.options.budget.give();
      return await session.toServer(serverRefusalReply(message.id, message.method, decision));
    }
    const ask = this.#ask(message, spec, { decision, inquiry });
    session.asks.add(ask);
    message.tree.set("id", new JsonNumber(String(ask.guardId)));
    session.toClient(message.tree);
  }

  /** Handles one notification. */
  async notification(message: NotificationMessage): Promise<void> {
    const session = this.#session;
    const { method, params } = message;
    const spec = methodSpec(method, "s2c", "notification");
    let uses = NOTHING;
    if (spec !== undefined) {
      try {
        uses = inspectRequest(spec, params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return await this.drop(error.code, method);
      }
    }
    if (method === "notifications/cancelled") return await this.#cancelled(message, uses);
    let call: PendingRequest | undefined;
    if (method === "notifications/progress") {
      const key = progressKey(params);
      call = key === null ? undefined : session.calls.byProgress(key);
      if (call !== undefined) prolong(session, call);
      else if (key === null || !session.calls.tasks.has(key)) {
        return await this.drop("rpc.unknown_progress_token", method);
      }
    }
    if (!renameSubscription(params, session.calls)) {
      return await this.drop("rpc.unknown_subscription", method);
    }
    const known = spec !== undefined && session.negotiation.knows(spec, "s2c");
    if (!await this.#allowed(message, uses, known)) return;
    const asks = asksInside(params);
    if (asks !== null && await judgeAsks(session, asks, false) !== null) return;
    // Its call may have ended while this was judged; the token may be another call's by now.
    if (call !== undefined && !session.calls.reports(call)) return;
    if (spec?.extension === "tasks") session.calls.tasks.told(params);
    session.toClient(message.tree);
  }

  /** A message that means nothing here leaves a record and goes no further. */
  async drop(rule: string, method: string): Promise<void> {
    const { clock, metrics } = this.#session.options;
    metrics.count("mcpguard_malformed_total");
    if (!this.#nonsense.take(clock.monotonic())) return await this.#tooMuch(method);
    await this.#session.refuse({
      reason: "MalformedMessage",
      rule,
      message: "the server's message has no meaning here, so it was dropped",
      direction: "s2c",
      method,
    });
  }

  /** A server that says nothing that means anything is left. */
  async #tooMuch(method: string): Promise<void> {
    const session = this.#session;
    if (this.#left) return;
    this.#left = true;
    session.close(1008, "the server floods the session");
    await session.refuse({
      reason: "LimitExceeded",
      rule: "limit.server_notifications",
      message: "the server sent too many messages that mean nothing, so the session was closed",
      direction: "s2c",
      method,
    });
  }

  #ask(
    message: RequestMessage,
    spec: MethodSpec,
    judged: Pick<PendingRequest, "decision" | "inquiry">,
  ): PendingRequest {
    const { asks, limits, options } = this.#session;
    const now = options.clock.monotonic();
    return {
      ...judged,
      peerId: message.id,
      guardId: asks.nextId(),
      spec,
      params: message.params,
      modern: false,
      progressKey: progressKey(message.params),
      startedAt: now,
      // People answer these: sampling and elicitation wait for a human, so the idle limit bounds them.
      deadline: now + Math.max(limits.callTimeoutMs, limits.idleMs),
    };
  }

  async #cancelled(message: NotificationMessage, uses: Uses): Promise<void> {
    const session = this.#session;
    const id = message.params?.get("requestId");
    const ask = typeof id === "string" || id instanceof JsonNumber
      ? session.asks.byPeerId(id)
      : undefined;
    if (ask === undefined) {
      const asked = typeof id === "string" || id instanceof JsonNumber ? id : null;
      if (asked !== null && session.held.cancel("server", asked) !== undefined) return;
      return await this.drop("rpc.unknown_request", message.method);
    }
    if (!await this.#allowed(message, uses, true) || !session.asks.holds(ask)) return;
    session.asks.remove(ask);
    message.params?.set("requestId", new JsonNumber(String(ask.guardId)));
    session.toClient(message.tree);
    session.settle(ask, "cancelled", { detail: "server.cancelled" });
  }

  async #refuse(message: RequestMessage, refusal: OutrightRefusal): Promise<void> {
    const session = this.#session;
    const { id, method } = message;
    const decision = await session.refuse({ ...refusal, direction: "s2c", method });
    await session.toServer(
      refusal.reason === "MethodDenied"
        ? serverRefusalReply(id, method, decision)
        : errorReply(id, codeOf(decision), textOf(decision)),
    );
  }

  async #allowed(message: NotificationMessage, uses: Uses, known: boolean): Promise<boolean> {
    const session = this.#session;
    const inquiry = messageInquiry(message, session.server, uses, { known, metered: false });
    return (await session.decide(inquiry)).allowed;
  }
}
