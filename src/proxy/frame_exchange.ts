// Small frames on a socket. They carry no id toward the server, so one waits for its answer at a time:
// an answer can then only belong to the call that waits.

import type { Decision, OutrightRefusal } from "../guard/mod.ts";
import type { JsonValue, RpcId, ToolCallFrame } from "../wire/mod.ts";
import type { Settled } from "./endings.ts";
import {
  frameIdentity,
  type FrameInquiry,
  frameInquiry,
  refusalFrame,
  refusedCallFrame,
  screenedAnswer,
  upstreamFailedFrame,
} from "./frame_calls.ts";
import type { Session } from "./session.ts";

/** A frame that passed and waits for its turn or its answer. */
interface WaitingFrame extends Settled {
  frame: ToolCallFrame;
  inquiry: FrameInquiry;
  /** Monotonic milliseconds when it is given up; its time begins when it is sent. */
  deadline: number;
}

/** The frames of one session. */
export class FrameExchange {
  readonly #session: Session;
  #current: WaitingFrame | null = null;
  #waiting: WaitingFrame[] = [];

  /** @param session The session whose client sends frames. */
  constructor(session: Session) {
    this.#session = session;
  }

  /** How many wait for their answer or their turn. */
  get size(): number {
    return this.#waiting.length + (this.#current === null ? 0 : 1);
  }

  /** Judges one frame and sends it on, or answers why not. */
  async handle(frame: ToolCallFrame): Promise<void> {
    const session = this.#session;
    const { budget, clock } = session.options;
    const identity = frameIdentity(frame, session.options.identity);
    const full = session.draining || session.waiting >= session.limits.inFlight;
    // Taken apart before a place is taken: what cannot be taken apart must not keep one.
    const inquiry = frameInquiry(frame, identity, session.context);
    if (session.upstream.failure !== null || full || !budget.take()) {
      const refusal = noPlace(session);
      const decision = await session.refuse({
        ...refusal,
        identity,
        method: "tool_call",
        tool: frame.tool,
      });
      session.toClient(refusalFrame(decision, frame.id));
      if (refusal.reason === "UpstreamFailed") session.closeSoon(1011, refusal.message);
      return;
    }
    // Of the policy that decides: another may be in force when the decision is there.
    const { stealth } = session.options.guard.policy.tools;
    const decision = await session.decide(inquiry);
    if (!decision.allowed) {
      budget.give();
      return session.toClient(refusedCallFrame(decision, frame, stealth));
    }
    const waiting = { frame, inquiry, decision, startedAt: clock.monotonic(), deadline: Infinity };
    if (session.gone) return session.settle(waiting, "cancelled", { detail: "client.gone" });
    this.#waiting.push(waiting);
    if (this.#current !== null) return;
    await session.upstream.opening;
    this.#next();
  }

  /** Takes the server's answer to the frame that waits. */
  async answered(tree: JsonValue): Promise<void> {
    const session = this.#session;
    const waiting = this.#current;
    if (waiting === null) {
      session.options.metrics.count("mcpguard_malformed_total");
      await session.refuse({
        reason: "MalformedMessage",
        rule: "frame.unsolicited",
        message: "the server answered a frame that nobody sent, so it was dropped",
        direction: "s2c",
      });
      return;
    }
    this.#current = null;
    const { frame, inquiry } = waiting;
    const { failed, tree: response, ...said } = await screenedAnswer(
      session.options,
      inquiry,
      frame,
      tree,
    );
    session.toClient(response);
    session.settle(waiting, failed ? "error" : "ok", { response, ...said });
    this.#next();
  }

  /** The answer to bytes that were meant as a frame. */
  malformed(decision: Decision, id: RpcId | undefined): void {
    this.#session.toClient(refusalFrame(decision, id));
  }

  /** Gives up the frame whose time is over. A late answer could be taken for the next one's, so the session ends. */
  expire(now: number): void {
    const waiting = this.#current;
    if (waiting === null || waiting.deadline > now) return;
    const session = this.#session;
    const why = `the server did not answer within ${session.limits.callTimeoutMs} ms`;
    this.#current = null;
    session.options.metrics.count("mcpguard_call_timeouts_total");
    session.toClient(upstreamFailedFrame(why, waiting.frame.id));
    session.settle(waiting, "timeout", { detail: "call.timeout" });
    this.failAll("the server did not answer the call before this one", "call.timeout");
    session.close(1011, "the server did not answer in time");
  }

  /** Drops everything, because the client is gone. */
  cancelAll(detail: string): void {
    for (const waiting of this.#takeAll()) this.#session.settle(waiting, "cancelled", { detail });
  }

  /** Answers everything, because the server is gone. */
  failAll(why: string, detail: string): void {
    for (const waiting of this.#takeAll()) {
      this.#session.toClient(upstreamFailedFrame(why, waiting.frame.id));
      this.#session.settle(waiting, "error", { detail });
    }
  }

  /** Taken out at once, so that nothing that goes on meanwhile can take one of them a second time. */
  #takeAll(): WaitingFrame[] {
    const all = this.#current === null ? this.#waiting : [this.#current, ...this.#waiting];
    this.#current = null;
    this.#waiting = [];
    return all;
  }

  #next(): void {
    const session = this.#session;
    if (this.#current !== null || this.#waiting.length === 0) return;
    const { failure } = session.upstream;
    if (failure !== null) {
      this.failAll(failure, "upstream.unreachable");
      return session.closeSoon(1011, "the server cannot be reached");
    }
    const waiting = this.#waiting.shift()!;
    this.#current = waiting;
    waiting.deadline = session.options.clock.monotonic() + session.limits.callTimeoutMs;
    void session.toServer(waiting.inquiry.payload);
  }
}

/** Why nothing more is taken right now. */
export function noPlace(
  session: Session,
): Pick<OutrightRefusal, "rule" | "message"> & { reason: "UpstreamFailed" | "LimitExceeded" } {
  const { failure } = session.upstream;
  if (failure !== null) {
    return { reason: "UpstreamFailed", rule: "upstream.lost", message: failure };
  }
  if (session.draining) {
    return {
      reason: "LimitExceeded",
      rule: "limits.draining",
      message: "the guard is shutting down; connect again",
    };
  }
  return {
    reason: "LimitExceeded",
    rule: session.waiting >= session.limits.inFlight
      ? "limits.in_flight"
      : session.options.budget.rule,
    message: session.options.budget.rule === "limits.memory"
      ? "the guard runs out of memory; try again later"
      : "too many calls wait for their answer; try again when one is done",
  };
}
