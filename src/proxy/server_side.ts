// What a server sends: answers to calls that wait, requests of its own, notifications. Nothing it says is trusted.

import type { Decision, Inquiry } from "../guard/mod.ts";
import {
  CODE,
  fromPlain,
  inspectError,
  inspectRequest,
  inspectResult,
  isFrame,
  isGuardCode,
  JsonError,
  JsonNumber,
  JsonObject,
  type JsonValue,
  type Message,
  methodSpec,
  type NotificationMessage,
  parseJson,
  readMessage,
  type RequestMessage,
  type ResponseMessage,
  RpcError,
  toolErrorReply,
  type Uses,
} from "../wire/mod.ts";
import { codeOf, detailsOf, failedCallReply, serverRefusalReply, textOf } from "./answers.ts";
import { type PendingRequest, progressKey } from "./pending.ts";
import { jsonRefusal, type ReadRefusal, rpcRefusal } from "./reading.ts";
import type { Session } from "./session.ts";

const NOTHING: Uses = { tool: null, names: [], uris: [], texts: [], lists: [] };

/** Handles the server's messages of one session. */
export class ServerSide {
  readonly #session: Session;

  /** @param session The session whose server speaks. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Handles one whole message. */
  async handle(bytes: Uint8Array): Promise<void> {
    let message: Message;
    try {
      const tree = parseJson(bytes, this.#session.serverLimits);
      if (isFrame(tree)) return await this.#session.frames.answered(tree);
      message = readMessage(tree);
    } catch (error) {
      if (error instanceof JsonError) return await this.#broken(jsonRefusal(error));
      if (error instanceof RpcError) return await this.#broken(rpcRefusal(error, false));
      throw error;
    }
    if (message.kind === "response") await this.#response(message);
    else if (message.kind === "request") await this.#request(message);
    else await this.#notification(message);
  }

  async #response(message: ResponseMessage): Promise<void> {
    const session = this.#session;
    const call = session.calls.take(message.id);
    if (call === undefined) return await this.#drop("rpc.unsolicited_response", "-");
    message.tree.set("id", call.peerId);
    if (message.error !== undefined) {
      const code = message.error.get("code");
      // A server must not speak in the guard's name (RPC-022).
      if (code instanceof JsonNumber && isGuardCode(code.value)) {
        message.error.set("code", new JsonNumber(String(CODE.UPSTREAM)));
      }
    }
    let uses: Uses;
    try {
      uses = message.error === undefined
        ? inspectResult(call.spec, call.params, message.result ?? null)
        : inspectError(message.error);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      // An answer that can be read in two ways, or not at all, is no answer.
      return await this.#withhold(call, {
        reason: "UpstreamFailed",
        rule: error.code,
        message: `the server's answer was refused: ${error.message}`,
        direction: "s2c",
      }, message.tree);
    }
    if (message.error !== undefined) {
      const refusal = session.options.guard.screen(uses.uris, false);
      if (refusal !== null) return await this.#withhold(call, refusal, message.tree);
      session.toClient(message.tree);
      return await session.settle(call, "error", { response: message.tree });
    }
    const declared = call.spec.method === "resources/read";
    const refusal = session.options.guard.screen(uses.uris, declared);
    if (refusal !== null) return await this.#withhold(call, refusal, message.tree);
    this.#filter(uses, message.result, call.modern);
    this.#learn(call, message.result);
    session.toClient(message.tree);
    await session.settle(call, "ok", { response: message.tree });
  }

  async #request(message: RequestMessage): Promise<void> {
    const session = this.#session;
    const { clock, guard, budget, metrics } = session.options;
    const { limits } = guard.policy;
    if (session.asks.has(message.id)) {
      await this.#drop("rpc.id_reuse", message.method);
      return;
    }
    const spec = methodSpec(message.method, "s2c", "request");
    let uses = NOTHING;
    let known = spec !== undefined && spec.extension === undefined;
    if (spec !== undefined) {
      try {
        uses = inspectRequest(spec, message.params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        known = false;
      }
    }
    if (session.asks.size >= limits.inFlight || budget.used >= limits.inFlightTotal) known = false;
    const inquiry = this.#inquiry(message, uses, known);
    const decision = await this.#decide(inquiry);
    if (!decision.allowed || spec === undefined) {
      await session.toServer(serverRefusalReply(message.id, message.method, decision));
      return;
    }
    const now = clock.monotonic();
    const ask: PendingRequest = {
      peerId: message.id,
      guardId: session.asks.nextId(),
      spec,
      params: message.params,
      decision,
      inquiry,
      modern: false,
      progressKey: progressKey(message.params),
      startedAt: now,
      // People answer these: sampling and elicitation wait for a human, so the idle limit bounds them.
      deadline: now + Math.max(limits.callTimeoutMs, limits.idleMs),
    };
    session.asks.add(ask);
    budget.used++;
    metrics.move("mcpguard_in_flight", 1);
    message.tree.set("id", new JsonNumber(String(ask.guardId)));
    session.toClient(message.tree);
  }

  async #notification(message: NotificationMessage): Promise<void> {
    const session = this.#session;
    const spec = methodSpec(message.method, "s2c", "notification");
    let uses = NOTHING;
    if (spec !== undefined) {
      try {
        uses = inspectRequest(spec, message.params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return await this.#drop(error.code, message.method);
      }
    }
    if (message.method === "notifications/cancelled") {
      const id = message.params?.get("requestId");
      const ask = typeof id === "string" || id instanceof JsonNumber
        ? session.asks.byPeerId(id)
        : undefined;
      if (ask === undefined) return await this.#drop("rpc.unknown_request", message.method);
      const decision = await this.#decide(this.#inquiry(message, uses, true));
      if (!decision.allowed || session.asks.byPeerId(ask.peerId) !== ask) return;
      session.asks.remove(ask);
      message.params?.set("requestId", new JsonNumber(String(ask.guardId)));
      session.toClient(message.tree);
      return await session.settle(ask, "cancelled", { detail: "server.cancelled" });
    }
    if (message.method === "notifications/progress") {
      const key = progressKey(message.params);
      const call = key === null ? undefined : session.calls.byProgress(key);
      if (call === undefined) {
        return await this.#drop("rpc.unknown_progress_token", message.method);
      }
      const { clock, guard } = session.options;
      call.deadline = clock.monotonic() + guard.policy.limits.callTimeoutMs;
    }
    const known = spec !== undefined &&
      (spec.extension === undefined || session.extensions.has(spec.extension));
    const decision = await this.#decide(this.#inquiry(message, uses, known));
    if (decision.allowed) session.toClient(message.tree);
  }

  /** Takes out what the client may not use, in place. */
  #filter(uses: Uses, result: JsonValue | undefined, modern: boolean): void {
    const { guard } = this.#session.options;
    for (const list of uses.lists) {
      const kept = list.items.filter((item) => {
        const value = item instanceof JsonObject ? item.get(list.key) : undefined;
        return typeof value === "string" && guard.permits(list.kind, value);
      });
      list.items.length = 0;
      for (const item of kept) list.items.push(item);
      // What one client may see is not what another may: a shared cache must not keep it.
      if (modern && result instanceof JsonObject) {
        result.set("cacheScope", "private");
        result.set("ttlMs", new JsonNumber("0"));
      }
    }
  }

  /** Notes which extensions the server offers; only those methods are known afterwards. */
  #learn(call: PendingRequest, result: JsonValue | undefined): void {
    if (call.spec.method !== "initialize" && call.spec.method !== "server/discover") return;
    const capabilities = result instanceof JsonObject ? result.get("capabilities") : undefined;
    if (!(capabilities instanceof JsonObject)) return;
    // Until 2025-11-25 tasks are a capability of their own (experimental), later an extension.
    if (capabilities.has("tasks")) this.#session.extensions.add("tasks");
    const extensions = capabilities.get("extensions");
    if (!(extensions instanceof JsonObject)) return;
    for (const key of extensions.keys) {
      if (key === "io.modelcontextprotocol/tasks") this.#session.extensions.add("tasks");
      if (key === "io.modelcontextprotocol/skills") this.#session.extensions.add("skills");
    }
  }

  /** Answers a call whose result may not pass. */
  async #withhold(
    call: PendingRequest,
    refusal: Parameters<Session["options"]["guard"]["refuse"]>[0],
    response: JsonObject,
  ): Promise<void> {
    const session = this.#session;
    const { guard, metrics } = session.options;
    const decision = await guard.refuse({
      ...refusal,
      identity: session.options.identity,
      method: call.spec.method,
      tool: call.inquiry.tool,
      context: session.context,
    });
    metrics.decision(decision.effect, decision.reason);
    session.toClient(
      call.spec.method === "tools/call"
        ? toolErrorReply(call.peerId, textOf(decision), { modern: call.modern })
        : failedCallReply(
          call.peerId,
          codeOf(decision),
          textOf(decision),
          fromPlain(detailsOf(decision)),
        ),
    );
    await session.settle(call, "error", { response, detail: "result.withheld" });
  }

  /** A server that speaks no JSON-RPC: the call it may have meant fails, and the record says why. */
  async #broken(refusal: ReadRefusal): Promise<void> {
    const session = this.#session;
    const call = refusal.id === undefined ? undefined : session.calls.take(refusal.id);
    await this.#drop(refusal.code, call?.spec.method ?? "-");
    if (call !== undefined) {
      session.toClient(
        failedCallReply(
          call.peerId,
          CODE.UPSTREAM,
          `the server's answer was refused: ${refusal.message}`,
        ),
      );
      await session.settle(call, "error", { detail: refusal.code });
    }
  }

  #inquiry(
    message: RequestMessage | NotificationMessage,
    uses: Uses,
    known: boolean,
  ): Inquiry {
    const session = this.#session;
    return {
      identity: session.options.identity,
      direction: "s2c",
      method: message.method,
      known,
      tool: null,
      // Names in a server's own request are its own tools for the model, not calls of the client.
      names: [],
      uris: uses.uris,
      texts: uses.texts,
      ...(message.params === undefined ? {} : { payload: message.params }),
      metered: false,
      context: session.context,
    };
  }

  async #decide(inquiry: Inquiry): Promise<Decision> {
    const { guard, metrics } = this.#session.options;
    const decision = await guard.decide(inquiry);
    metrics.decision(decision.effect, decision.reason);
    return decision;
  }

  async #drop(code: string, method: string): Promise<void> {
    const { guard, identity, metrics } = this.#session.options;
    metrics.count("mcpguard_malformed_total");
    const decision = await guard.refuse({
      reason: "MalformedMessage",
      rule: code,
      message: "the server's message has no meaning here, so it was dropped",
      direction: "s2c",
      method,
      identity,
      context: this.#session.context,
    });
    metrics.decision(decision.effect, decision.reason);
  }
}
