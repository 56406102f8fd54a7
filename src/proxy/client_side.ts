// What a client sends: read, looked up in the inspection table, decided, forwarded under the guard's own id.

import type { Decision, Inquiry } from "../guard/mod.ts";
import {
  checkParamKeys,
  CODE,
  errorReply,
  inspectRequest,
  JsonNumber,
  JsonObject,
  type MethodSpec,
  methodSpec,
  type NotificationMessage,
  type RequestMessage,
  type ResponseMessage,
  RpcError,
  type Uses,
} from "../wire/mod.ts";
import { codeOf, failedCallReply, refusalReply, textOf } from "./answers.ts";
import { type PendingRequest, progressKey } from "./pending.ts";
import { readClientBytes, type ReadRefusal } from "./reading.ts";
import type { Session } from "./session.ts";

/** The `_meta` member that every request of the modern era carries (MCP 2026-07-28, basic/versioning). */
const MODERN_META = "io.modelcontextprotocol/protocolVersion";

/** The uses of a message that the inspection table does not know. */
const NOTHING: Uses = { tool: null, names: [], uris: [], texts: [], lists: [] };

/** Handles the client's messages of one session. */
export class ClientSide {
  readonly #session: Session;

  /** @param session The session whose client speaks. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Handles one whole message. */
  async handle(bytes: Uint8Array): Promise<void> {
    const read = readClientBytes(bytes, this.#session.clientLimits);
    if (read.kind === "refused") return await this.#refuseBytes(read.refusal);
    if (read.kind === "frame") {
      return await this.#session.frames.handle(read.frame);
    }
    const { message } = read;
    if (message.kind === "request") await this.#request(message);
    else if (message.kind === "notification") await this.#notification(message);
    else await this.#response(message);
  }

  async #request(message: RequestMessage): Promise<void> {
    const session = this.#session;
    const { guard, budget } = session.options;
    const { limits } = guard.policy;
    if (session.calls.has(message.id)) {
      return await this.#refuseRequest(message, {
        code: "rpc.id_reuse",
        rpcCode: -32600,
        message: "this id is still waiting for its answer; use another one",
      });
    }
    if (
      session.draining || session.calls.size >= limits.inFlight ||
      budget.used >= limits.inFlightTotal
    ) {
      return await this.#overloaded(message);
    }
    const spec = methodSpec(message.method, "c2s", "request");
    let uses = NOTHING;
    if (spec !== undefined) {
      try {
        checkParamKeys(spec, message.params);
        uses = inspectRequest(spec, message.params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return await this.#refuseRequest(message, error);
      }
    }
    const known = spec !== undefined && this.#negotiated(spec);
    const inquiry = this.#inquiry(message, uses, known, spec?.metered ?? false);
    const decision = await this.#decide(inquiry);
    const modern = isModern(message.params);
    if (!decision.allowed || spec === undefined) {
      session.toClient(
        refusalReply(message, decision, { modern, stealth: guard.policy.tools.stealth }),
      );
      return;
    }
    await this.#forward(message, spec, inquiry, decision, modern);
  }

  async #forward(
    message: RequestMessage,
    spec: MethodSpec,
    inquiry: Inquiry,
    decision: Decision,
    modern: boolean,
  ): Promise<void> {
    const session = this.#session;
    const { clock, guard, budget, metrics } = session.options;
    const now = clock.monotonic();
    const call: PendingRequest = {
      peerId: message.id,
      guardId: session.calls.nextId(),
      spec,
      params: message.params,
      decision,
      inquiry,
      modern,
      progressKey: progressKey(message.params),
      startedAt: now,
      deadline: now + guard.policy.limits.callTimeoutMs,
    };
    session.calls.add(call);
    budget.used++;
    metrics.move("mcpguard_in_flight", 1);
    message.tree.set("id", new JsonNumber(String(call.guardId)));
    const failed = await session.toServer(message.tree);
    if (failed === null || session.calls.byGuardId(new JsonNumber(String(call.guardId))) !== call) {
      return;
    }
    session.calls.remove(call);
    session.toClient(failedCallReply(call.peerId, CODE.UPSTREAM, failed));
    await session.settle(call, "error", { detail: "upstream.unreachable" });
    session.close(1011, "the server cannot be reached");
  }

  async #notification(message: NotificationMessage): Promise<void> {
    const session = this.#session;
    const spec = methodSpec(message.method, "c2s", "notification");
    if (spec === undefined && methodSpec(message.method, "c2s", "request") !== undefined) {
      return await this.#drop("rpc.notification_method", message.method);
    }
    let uses = NOTHING;
    if (spec !== undefined) {
      try {
        checkParamKeys(spec, message.params);
        uses = inspectRequest(spec, message.params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return await this.#drop(error.code, message.method);
      }
    }
    if (message.method === "notifications/cancelled") return await this.#cancelled(message, uses);
    if (message.method === "notifications/progress") {
      const key = progressKey(message.params);
      if (key === null || session.asks.byProgress(key) === undefined) {
        return await this.#drop("rpc.unknown_progress_token", message.method);
      }
    }
    const known = spec !== undefined && this.#negotiated(spec);
    const decision = await this.#decide(this.#inquiry(message, uses, known, false));
    if (decision.allowed) await session.toServer(message.tree);
  }

  async #cancelled(message: NotificationMessage, uses: Uses): Promise<void> {
    const session = this.#session;
    const id = message.params?.get("requestId");
    const call = typeof id === "string" || id instanceof JsonNumber
      ? session.calls.byPeerId(id)
      : undefined;
    // Only the client's own waiting calls can be cancelled; a late cancel is common and harmless.
    if (call === undefined) return await this.#drop("rpc.unknown_request", message.method);
    const decision = await this.#decide(this.#inquiry(message, uses, true, false));
    if (!decision.allowed) return;
    if (session.calls.byPeerId(call.peerId) !== call) return;
    session.calls.remove(call);
    message.params?.set("requestId", new JsonNumber(String(call.guardId)));
    await session.toServer(message.tree);
    await session.settle(call, "cancelled", { detail: "client.cancelled" });
  }

  async #response(message: ResponseMessage): Promise<void> {
    const session = this.#session;
    const ask = session.asks.take(message.id);
    if (ask === undefined) return await this.#drop("rpc.unsolicited_response", "-");
    message.tree.set("id", ask.peerId);
    await session.toServer(message.tree);
    await session.settle(ask, message.error === undefined ? "ok" : "error", {
      response: message.tree,
    });
  }

  #negotiated(spec: MethodSpec): boolean {
    return spec.extension === undefined || this.#session.extensions.has(spec.extension);
  }

  #inquiry(
    message: RequestMessage | NotificationMessage,
    uses: Uses,
    known: boolean,
    metered: boolean,
  ): Inquiry {
    const session = this.#session;
    return {
      identity: session.options.identity,
      direction: "c2s",
      method: message.method,
      known,
      tool: uses.tool,
      names: uses.names,
      uris: uses.uris,
      texts: uses.texts,
      ...(message.params === undefined ? {} : { payload: message.params }),
      metered,
      context: "id" in message
        ? {
          ...session.context,
          requestId: typeof message.id === "string" ? message.id : message.id.raw,
        }
        : session.context,
    };
  }

  async #decide(inquiry: Inquiry): Promise<Decision> {
    const { guard, metrics } = this.#session.options;
    const decision = await guard.decide(inquiry);
    metrics.decision(decision.effect, decision.reason);
    if (decision.findings.some((f) => f.rule_id.startsWith("rate_limit_"))) {
      metrics.count("mcpguard_rate_limit_degraded_total");
    }
    return decision;
  }

  async #overloaded(message: RequestMessage): Promise<void> {
    const session = this.#session;
    const decision = await session.options.guard.refuse({
      reason: "LimitExceeded",
      rule: session.draining ? "limits.draining" : "limits.in_flight",
      message: session.draining
        ? "the guard is shutting down; connect again"
        : "too many calls wait for their answer; try again when one is done",
      identity: session.options.identity,
      method: message.method,
      context: session.context,
    });
    session.options.metrics.decision(decision.effect, decision.reason);
    session.toClient(errorReply(message.id, codeOf(decision), textOf(decision)));
  }

  async #refuseRequest(
    message: RequestMessage,
    refusal: { code: string; rpcCode: number; message: string },
  ): Promise<void> {
    const decision = await this.#record(refusal.code, refusal.message, message.method);
    this.#session.malformed(null, refusal.code);
    this.#session.toClient(errorReply(message.id, refusal.rpcCode, textOf(decision)));
  }

  async #refuseBytes(refusal: ReadRefusal): Promise<void> {
    const session = this.#session;
    const decision = await this.#record(refusal.code, refusal.message, "-");
    if (refusal.frame) session.toClient(session.frames.malformed(decision));
    else session.toClient(errorReply(refusal.id ?? null, refusal.rpcCode, textOf(decision)));
    session.malformed(refusal.close, refusal.code);
  }

  /** Notifications and stray answers get no reply; the record is all they leave. */
  async #drop(code: string, method: string): Promise<void> {
    await this.#record(code, "the message has no meaning here, so it was dropped", method);
    this.#session.options.metrics.count("mcpguard_malformed_total");
  }

  async #record(code: string, message: string, method: string): Promise<Decision> {
    const { guard, identity, metrics } = this.#session.options;
    const decision = await guard.refuse({
      reason: "MalformedMessage",
      rule: code,
      message,
      method,
      identity,
      context: this.#session.context,
    });
    metrics.decision(decision.effect, decision.reason);
    return decision;
  }
}

/** Whether a request is of the 2026-07-28 era. */
export function isModern(params: JsonObject | undefined): boolean {
  const meta = params?.get("_meta");
  return meta instanceof JsonObject && meta.has(MODERN_META);
}
