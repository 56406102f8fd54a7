// What a client asks: read, looked up in the inspection table, decided, forwarded under the guard's own id.

import { type Decision, type Inquiry, question } from "../guard/mod.ts";
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
  stripMeta,
} from "../wire/mod.ts";
import { codeOf, detailsOf, failedCallReply, refusalReply, textOf } from "./answers.ts";
import { messageInquiry, NOTHING } from "./asking.ts";
import { ClientNotices, FLOOD } from "./client_notices.ts";
import { ASKS_INSIDE, confirmationReply, takeConfirmation } from "./confirming.ts";
import { isModern } from "./extensions.ts";
import { Flood } from "./flood.ts";
import { noPlace } from "./frame_exchange.ts";
import { outOfOrder } from "./lifecycle.ts";
import { foreignHandle } from "./ownership.ts";
import { type PendingRequest, progressKey } from "./pending.ts";
import { type Read, readClientBytes, type ReadRefusal } from "./reading.ts";
import type { Session } from "./session.ts";
import type { MessageInfo } from "./transports/channel.ts";

/** A request on its way. */
interface Asked {
  message: RequestMessage;
  spec: MethodSpec | undefined;
  inquiry: Inquiry;
  modern: boolean;
  headers: MessageInfo["headers"];
}

/** Handles the client's messages of one session. */
export class ClientSide {
  readonly #session: Session;
  readonly #notices: ClientNotices;
  readonly #flood: Flood;

  /** @param session The session whose client speaks. */
  constructor(session: Session) {
    this.#session = session;
    this.#flood = new Flood(session.limits.messagesPerSec);
    this.#notices = new ClientNotices(session, this.#flood);
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
    if (session.calls.has(message.id) || session.held.has("client", message.id)) {
      return await this.#refuseRequest(message, {
        code: "rpc.id_reuse",
        rpcCode: -32600,
        message: "this id is still waiting for its answer; use another one",
      });
    }
    const full = session.draining || session.waiting >= session.limits.inFlight;
    if (full || session.upstream.failure !== null) return await this.#noPlace(message);
    const modern = isModern(message.params);
    const early = outOfOrder(session, message.method, modern);
    if (early !== null) return await this.#refuseRequest(message, early);
    let spec = methodSpec(message.method, "c2s", "request");
    // What the modern revision has removed is not there for its clients, whatever a server still does with it.
    if (modern && spec?.eras.includes("modern") === false) spec = undefined;
    if (spec?.metered !== true && !this.#flood.take(session.options.clock.monotonic())) {
      return await this.#flooded(message);
    }
    stripMeta(message.params);
    let uses = NOTHING;
    let confirmation: ReturnType<typeof takeConfirmation> = null;
    if (spec !== undefined) {
      try {
        if (modern) confirmation = takeConfirmation(message.params, session.clientLimits);
        const foreign = foreignHandle(session, message, spec);
        if (foreign !== null) throw foreign;
        uses = inspectRequest(spec, message.params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        return await this.#refuseRequest(message, error);
      }
    }
    if (!budget.take()) return await this.#noPlace(message);
    if (confirmation !== null) await this.#confirmed(confirmation);
    const inquiry = messageInquiry(message, session.client, uses, {
      known: spec !== undefined && session.negotiation.knows(spec, "c2s"),
      metered: spec?.metered ?? false,
      canConfirm: session.negotiation.asksUser(message.params) &&
        (!modern || ASKS_INSIDE.has(message.method)),
    });
    const facts = session.tools.facts(inquiry.tool);
    if (facts !== undefined) inquiry.toolFacts = facts;
    // Of the policy that decides: another may be in force when the decision is there.
    const { stealth } = session.options.guard.policy.tools;
    const decision = await session.decide(inquiry);
    const asked: Asked = { message, spec, inquiry, modern, headers };
    if (decision.approval === undefined || !await this.#wait(asked, decision)) {
      await this.#end(asked, decision, stealth);
    }
  }

  /** Forwards a request, or says no. */
  async #end(asked: Asked, decision: Decision, stealth: boolean): Promise<void> {
    const session = this.#session;
    const { message, spec, inquiry, modern, headers } = asked;
    if (!decision.allowed || spec === undefined) {
      session.options.budget.give();
      return session.toClient(refusalReply(message, decision, { modern, stealth }));
    }
    session.negotiation.fromRequest(message.method, message.params, modern);
    // These repeat arguments: what was redacted in the body must not travel in them.
    const kept = inquiry.redacted === true ? undefined : headers;
    await this.#forward(message, spec, { inquiry, decision, modern }, kept);
  }

  /** Has a request wait for a human. @returns False where it is to be refused now. */
  async #wait(asked: Asked, decision: Decision): Promise<boolean> {
    const session = this.#session;
    const { message, inquiry, modern } = asked;
    const { approval } = decision;
    if (approval === undefined || decision.reason !== "ApprovalRequired") return false;
    if (!modern || approval.kind !== "confirm") {
      const end = (final: Decision): Promise<void> =>
        this.#end(asked, final, session.options.guard.policy.tools.stealth);
      return session.held.hold({ id: message.id, from: "client", inquiry, end }, decision);
    }
    // The answer asks; the request that comes back with the user's word is judged anew.
    const ticket = await session.options.guard.approvals.look(approval.id).catch(() => null);
    if (ticket === null) return false;
    session.options.budget.give();
    session.toClient(confirmationReply(message.id, ticket, question(ticket), message.params));
    return true;
  }

  /** Takes the word of the client's user. What fails here confirms nothing, and the decision that follows says so. */
  async #confirmed(given: { ticket: string; confirmed: boolean }): Promise<void> {
    const { guard, identity } = this.#session.options;
    await guard.approvals.confirm(
      given.ticket,
      identity.id,
      given.confirmed,
      this.#session.context,
    ).catch(() => false);
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

  /** More pings, lists and the like than anybody needs. */
  async #flooded(message: RequestMessage): Promise<void> {
    const decision = await this.#session.refuse({ ...FLOOD, method: message.method });
    const details = fromPlain(detailsOf(decision));
    this.#session.toClient(errorReply(message.id, codeOf(decision), textOf(decision), details));
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
