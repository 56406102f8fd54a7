// What a server answers, before the client sees it. Nothing a server says is trusted.

import {
  type Decision,
  type Finding,
  type OutrightRefusal,
  question,
  type Screening,
} from "../guard/mod.ts";
import {
  cleanListed,
  CODE,
  errorReply,
  fromPlain,
  inspectError,
  inspectResult,
  isFrame,
  isGuardCode,
  JsonError,
  JsonNumber,
  JsonObject,
  type JsonValue,
  type Message,
  parseJson,
  readMessage,
  type ResponseMessage,
  RpcError,
  toolErrorReply,
  type Uses,
} from "../wire/mod.ts";
import { codeOf, detailsOf, failedCallReply, textOf } from "./answers.ts";
import { ASKS_INSIDE, confirmationReply } from "./confirming.ts";
import { asksInside, asksOfError, type HiddenAsks, judgeAsks } from "./hidden_asks.ts";
import { isHandshake, joinInstructions } from "./fan/mod.ts";
import { nameSubscription } from "./message_info.ts";
import type { PendingRequest } from "./pending.ts";
import { jsonRefusal, type ReadRefusal, rpcRefusal } from "./reading.ts";
import { keepHandles } from "./ownership.ts";
import { ServerNotices } from "./server_notices.ts";
import type { Session } from "./session.ts";

/** Handles the server's messages of one session. */
export class ServerSide {
  readonly #session: Session;
  readonly #notices: ServerNotices;

  /** @param session The session whose server speaks. */
  constructor(session: Session) {
    this.#session = session;
    this.#notices = new ServerNotices(session);
  }

  /** Handles one whole message. An answer that may pass takes no waiting at all. */
  handle(bytes: Uint8Array): Promise<void> | void {
    let tree: JsonValue;
    try {
      tree = parseJson(bytes, this.#session.serverLimits);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      return this.#broken(jsonRefusal(error));
    }
    if (isFrame(tree)) return this.#session.frames.answered(tree);
    let message: Message;
    try {
      message = readMessage(tree);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const asked = tree instanceof JsonObject && tree.has("method");
      return asked ? this.#brokenRequest(error) : this.#broken(rpcRefusal(error, false));
    }
    if (message.kind === "response") return this.#response(message);
    if (message.kind === "request") return this.#notices.request(message);
    return this.#notices.notification(message);
  }

  #response(message: ResponseMessage): Promise<void> | void {
    const session = this.#session;
    const call = session.calls.take(message.id);
    if (call === undefined) return this.#notices.drop("rpc.unsolicited_response", "-");
    try {
      return this.#answer(call, message);
    } catch (error) {
      // The session ends with it; the call's place must not stay taken.
      session.settle(call, "error", { detail: "internal" });
      throw error;
    }
  }

  #answer(call: PendingRequest, message: ResponseMessage): Promise<void> | void {
    const { result, error, tree } = message;
    tree.set("id", call.peerId);
    if (call.spec.method === "subscriptions/listen") nameSubscription(result, call.peerId);
    let uses: Uses;
    try {
      uses = error === undefined
        ? inspectResult(call.spec, call.params, result ?? null)
        : inspectError(error);
    } catch (cause) {
      if (!(cause instanceof RpcError)) throw cause;
      // An answer that can be read in two ways, or not at all, is no answer.
      return this.#withhold(call, {
        reason: "UpstreamFailed",
        rule: cause.code,
        message: `the server's answer was refused: ${cause.message}`,
        direction: "s2c",
      }, tree);
    }
    if (call.spec.method === "tools/list") this.#learn(uses, result);
    const asks = error === undefined ? asksInside(result) : asksOfError(error);
    return asks === null
      ? this.#screen(call, message, uses)
      : this.#asking(call, message, uses, asks);
  }

  /** Judges what an answer asks of the client before the answer itself. */
  async #asking(
    call: PendingRequest,
    message: ResponseMessage,
    uses: Uses,
    asks: HiddenAsks,
  ): Promise<void> {
    const session = this.#session;
    const inside = call.modern && ASKS_INSIDE.has(call.spec.method) &&
      message.error === undefined && session.negotiation.asksUser(call.params);
    const decision = await judgeAsks(session, asks, inside);
    if (decision === null) return await this.#screen(call, message, uses);
    const { approval } = decision;
    const ticket = approval?.kind === "confirm" && decision.effect === "confirm"
      ? await session.options.guard.approvals.look(approval.id).catch(() => null)
      : null;
    if (ticket === null) return this.#deny(call, decision, message.tree);
    session.toClient(confirmationReply(call.peerId, ticket, question(ticket), call.params));
    session.settle(call, "error", { response: message.tree, detail: "result.withheld" });
  }

  #screen(call: PendingRequest, message: ResponseMessage, uses: Uses): Promise<void> | void {
    const session = this.#session;
    const screening = session.options.guard.screen({
      ...session.server,
      method: call.spec.method,
      tool: call.inquiry.tool,
      uses,
      root: message.tree,
      paged: call.params?.has("cursor") ?? false,
      declared: message.error === undefined && call.spec.method === "resources/read",
    });
    return screening instanceof Promise
      ? screening.then((said) => this.#deliver(call, message, uses, said))
      : this.#deliver(call, message, uses, screening);
  }

  /** Tools as the server lists them; at the end of the list rules are compared with it. */
  #learn(uses: Uses, result: JsonValue | undefined): void {
    const { tools, options } = this.#session;
    tools.learn(uses.lists);
    const more = result instanceof JsonObject && result.has("nextCursor");
    if (options.notice === undefined || more) return;
    for (const words of options.guard.advise(tools.listed)) options.notice(words);
  }

  #deliver(
    call: PendingRequest,
    { result, error, tree }: ResponseMessage,
    uses: Uses,
    { refusal, findings, redacted }: Screening,
  ): Promise<void> | void {
    const session = this.#session;
    if (refusal !== null) return this.#withhold(call, refusal, tree, findings);
    if (error !== undefined) return this.#error(call, error, tree, { findings, redacted });
    if (call.modern) keepPrivate(result, uses.lists.length > 0);
    const cleaned = cleanListed(result, call.modern);
    keepHandles(session, call, result);
    session.negotiation.fromResult(call.spec.method, result);
    // Of several servers, each one's instructions were judged for themselves.
    if (session.upstream.transport === "fan" && isHandshake(call.spec.method)) {
      joinInstructions(result);
    }
    session.calls.tasks.answered(call, result);
    session.toClient(tree);
    session.settle(call, "ok", {
      response: tree,
      findings,
      ...(call.spec.method === "resources/read" ? { uris: uses.uris } : {}),
      ...(redacted || cleaned !== null ? { detail: cleaned ?? "result.redacted" } : {}),
    });
  }

  #error(
    call: PendingRequest,
    error: JsonObject,
    tree: JsonObject,
    { findings, redacted }: Pick<Screening, "findings" | "redacted">,
  ): void {
    const code = error.get("code");
    // A server must not speak in the guard's name (RPC-022).
    const faked = code instanceof JsonNumber && isGuardCode(code.value);
    if (faked) error.set("code", new JsonNumber(String(CODE.UPSTREAM)));
    this.#session.toClient(tree);
    this.#session.settle(call, "error", {
      response: tree,
      findings,
      ...(faked ? { detail: "rpc.reserved_code" } : redacted ? { detail: "result.redacted" } : {}),
    });
  }

  /** Answers a call whose result may not pass. */
  async #withhold(
    call: PendingRequest,
    refusal: OutrightRefusal,
    response: JsonObject,
    findings: readonly Finding[] = [],
  ): Promise<void> {
    const { method } = call.spec;
    const { tool, context = this.#session.context } = call.inquiry;
    const decision = await this.#session.refuse({ ...refusal, method, tool, context });
    this.#deny(call, decision, response, findings);
  }

  /** Answers a call with a refusal of which there is a record. */
  #deny(
    call: PendingRequest,
    decision: Decision,
    response: JsonObject,
    findings: readonly Finding[] = [],
  ): void {
    const session = this.#session;
    const { method } = call.spec;
    const text = textOf(decision);
    const details = fromPlain(detailsOf(decision));
    session.toClient(
      method === "tools/call"
        ? toolErrorReply(call.peerId, text, {
          modern: call.modern,
          meta: new JsonObject(["mcpguard/decision"], [details]),
        })
        : failedCallReply(call.peerId, codeOf(decision), text, details),
    );
    session.settle(call, "error", { response, findings, detail: "result.withheld" });
  }

  /** A server that speaks no JSON-RPC: the call it may have meant fails, and the record says why. */
  async #broken(refusal: ReadRefusal): Promise<void> {
    const session = this.#session;
    const call = refusal.id === undefined ? undefined : session.calls.take(refusal.id);
    await this.#notices.drop(refusal.code, call?.spec.method ?? "-");
    if (call === undefined) return;
    const why = `the server's answer was refused: ${refusal.message}`;
    session.toClient(failedCallReply(call.peerId, CODE.UPSTREAM, why));
    session.settle(call, "error", { detail: refusal.code });
  }

  /** A question of the server's that cannot be read: its id is the server's own, so no call of the client is meant. */
  async #brokenRequest(error: RpcError): Promise<void> {
    await this.#notices.drop(error.code, "-");
    if (error.id === undefined) return;
    await this.#session.toServer(errorReply(error.id, error.rpcCode, error.message));
  }
}

/**
 * What one client may see is not what another may: a shared cache must not keep it, and nobody a filtered list, which
 * another policy would filter otherwise.
 */
function keepPrivate(result: JsonValue | undefined, list: boolean): void {
  if (!(result instanceof JsonObject)) return;
  if (list || result.has("cacheScope")) result.set("cacheScope", "private");
  if (list) result.set("ttlMs", new JsonNumber("0"));
}
