// What a client asks: read, looked up in the inspection table, decided, forwarded under the guard's own id.

import type { Decision } from "../guard/mod.ts";
import {
  CODE,
  errorReply,
  fromPlain,
  inspectRequest,
  JsonNumber,
  type MethodSpec,
  methodSpec,
  type RequestMessage,
  RpcError,
} from "../wire/mod.ts";
import { codeOf, detailsOf, failedCallReply, refusalReply, textOf } from "./answers.ts";
import { messageInquiry, NOTHING } from "./asking.ts";
import { ClientNotices } from "./client_notices.ts";
import { isModern } from "./extensions.ts";
import { noPlace } from "./frame_exchange.ts";
import { type PendingRequest, progressKey } from "./pending.ts";
import { type Read, readClientBytes, type ReadRefusal } from "./reading.ts";
import type { Session } from "./session.ts";
import type { MessageInfo } from "./transports/channel.ts";

/** Handles the client's messages of one session. */
export class ClientSide {
  readonly #session: Session;
  readonly #notices: ClientNotices;

  /** @param session The session whose client speaks. */
  constructor(session: Session) {
    this.#session = session;
    this.#notices = new ClientNotices(session);
  }

  /** Handles one whole message: its bytes, or what a transport that had to know it has read of them already. */
  handle(given: Uint8Array | Read): Promise<void> {
    const read = given instanceof Uint8Array
      ? readClientBytes(given, this.#session.clientLimits)
      : given;
    if (read.kind === "refused") return this.#refuseBytes(read.refusal);
    if (read.kind === "frame") return this.#session.frames.handle(read.frame);
    const { message } = read;
    if (message.kind === "request") return this.#request(message, read.headers);
    if (message.kind === "notification") return this.#notices.notification(message);
    return this.#notices.response(message);
  }

  async #request(message: RequestMessage, headers: MessageInfo["headers"]): Promise<void> {
    const session = this.#session;
    const { budget } = session.options;
    if (session.calls.has(message.id)) {
      return await this.#refuseRequest(message, {
        code: "rpc.id_reuse",
        rpcCode: -32600,
        message: "this id is still waiting for its answer; use another one",
      });
    }
    const full = session.draining || session.waiting >= session.limits.inFlight;
    if (full || session.upstream.failure !== null) return await this.#noPlace(message);
    const modern = isModern(message.params);
    let spec = methodSpec(message.method, "c2s", "request");
    // What the modern revision has removed is not there for its clients, whatever a server still does with it.
    if (modern && spec?.eras.includes("modern") === false) spec = undefined;
    let uses = NOTHING;
    if (spec !== undefined) {
      try {
        uses = inspectRequest(spec, message.params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return await this.#refuseRequest(message, error);
      }
    }
    if (!budget.take()) return await this.#noPlace(message);
    const inquiry = messageInquiry(message, session.client, uses, {
      known: spec !== undefined && session.negotiation.knows(spec, "c2s"),
      metered: spec?.metered ?? false,
    });
    const facts = session.tools.facts(inquiry.tool);
    if (facts !== undefined) inquiry.toolFacts = facts;
    // Of the policy that decides: another may be in force when the decision is there.
    const { stealth } = session.options.guard.policy.tools;
    const decision = await session.decide(inquiry);
    if (!decision.allowed || spec === undefined) {
      budget.give();
      return session.toClient(refusalReply(message, decision, { modern, stealth }));
    }
    session.negotiation.fromRequest(message.method, message.params, modern);
    // These repeat arguments: what was redacted in the body must not travel in them.
    const kept = inquiry.redacted === true ? undefined : headers;
    await this.#forward(message, spec, { inquiry, decision, modern }, kept);
  }

  async #forward(
    message: RequestMessage,
    spec: MethodSpec,
    judged: Pick<PendingRequest, "inquiry" | "decision" | "modern">,
    headers: MessageInfo["headers"],
  ): Promise<void> {
    const session = this.#session;
    const now = session.options.clock.monotonic();
    const call: PendingRequest = {
      peerId: message.id,
      guardId: session.calls.nextId(),
      spec,
      params: message.params,
      ...judged,
      progressKey: progressKey(message.params),
      startedAt: now,
      // A subscription is answered when it ends, whenever that is.
      deadline: spec.method === "subscriptions/listen"
        ? Infinity
        : now + session.limits.callTimeoutMs,
    };
    if (session.gone) return session.settle(call, "cancelled", { detail: "client.gone" });
    session.calls.add(call);
    message.tree.set("id", new JsonNumber(String(call.guardId)));
    const { opening } = session.upstream;
    if (opening !== null) await opening;
    const { failure } = session.upstream;
    if (failure === null) {
      if (session.calls.holds(call)) void session.toServer(message.tree, headers);
      return;
    }
    if (session.calls.holds(call)) {
      session.calls.remove(call);
      session.toClient(failedCallReply(call.peerId, CODE.UPSTREAM, failure));
      session.settle(call, "error", { detail: "upstream.unreachable" });
    }
    session.closeSoon(1011, "the server cannot be reached");
  }

  async #noPlace(message: RequestMessage): Promise<void> {
    const session = this.#session;
    const refusal = noPlace(session);
    const decision = await session.refuse({ ...refusal, method: message.method });
    const details = fromPlain(detailsOf(decision));
    session.toClient(errorReply(message.id, codeOf(decision), textOf(decision), details));
    if (refusal.reason === "UpstreamFailed") session.closeSoon(1011, refusal.message);
  }

  async #refuseRequest(
    message: RequestMessage,
    refusal: { code: string; rpcCode: number; message: string },
  ): Promise<void> {
    const decision = await this.#malformed(refusal.code, refusal.message, message.method);
    this.#session.malformed(null, refusal.code);
    this.#session.toClient(errorReply(message.id, refusal.rpcCode, textOf(decision)));
  }

  async #refuseBytes(refusal: ReadRefusal): Promise<void> {
    const session = this.#session;
    const decision = await this.#malformed(refusal.code, refusal.message, "-");
    if (refusal.frame) session.frames.malformed(decision, refusal.id);
    else session.toClient(errorReply(refusal.id ?? null, refusal.rpcCode, textOf(decision)));
    session.malformed(refusal.close, refusal.code);
  }

  #malformed(rule: string, message: string, method: string): Promise<Decision> {
    return this.#session.refuse({ reason: "MalformedMessage", rule, message, method });
  }
}
