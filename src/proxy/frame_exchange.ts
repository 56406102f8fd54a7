// Small frames on a socket. They carry no id toward the server, so one waits for its answer at a time:
// an answer can then only belong to the call that waits.

import type { Decision, Inquiry } from "../guard/mod.ts";
import type { JsonObject, JsonValue, ToolCallFrame } from "../wire/mod.ts";
import {
  answerFrame,
  frameIdentity,
  frameInquiry,
  outgoingFrame,
  refusalFrame,
  upstreamFailedFrame,
} from "./frame_calls.ts";
import type { Session } from "./session.ts";

/** A frame that passed and waits for its turn or its answer. */
interface WaitingFrame {
  frame: ToolCallFrame;
  inquiry: Inquiry;
  decision: Decision;
  deadline: number;
  startedAt: number;
}

/** The frames of one session. */
export class FrameExchange {
  readonly #session: Session;
  #current: WaitingFrame | null = null;
  readonly #waiting: WaitingFrame[] = [];

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
    const { guard, metrics, clock, budget } = session.options;
    const { limits } = guard.policy;
    const identity = frameIdentity(frame, session.options.identity);
    if (
      session.draining || this.size >= limits.inFlight || budget.used >= limits.inFlightTotal
    ) {
      const decision = await guard.refuse({
        reason: "LimitExceeded",
        rule: session.draining ? "limits.draining" : "limits.in_flight",
        message: "too many calls wait for their answer; try again when one is done",
        identity,
        method: "tool_call",
        tool: frame.tool,
        context: session.context,
      });
      metrics.decision(decision.effect, decision.reason);
      return session.toClient(refusalFrame(decision, frame.id));
    }
    const inquiry = frameInquiry(frame, identity, session.context);
    const decision = await guard.decide(inquiry);
    metrics.decision(decision.effect, decision.reason);
    if (!decision.allowed) return session.toClient(refusalFrame(decision, frame.id));
    const now = clock.monotonic();
    budget.used++;
    metrics.move("mcpguard_in_flight", 1);
    this.#waiting.push({
      frame,
      inquiry,
      decision,
      startedAt: now,
      deadline: now + limits.callTimeoutMs,
    });
    await this.#next();
  }

  /** Takes the server's answer to the frame that waits. */
  async answered(tree: JsonValue): Promise<void> {
    const session = this.#session;
    const waiting = this.#current;
    if (waiting === null) {
      const { guard, metrics, identity } = session.options;
      metrics.count("mcpguard_malformed_total");
      await guard.refuse({
        reason: "MalformedMessage",
        rule: "frame.unsolicited",
        message: "the server answered a frame that nobody sent, so it was dropped",
        direction: "s2c",
        identity,
        context: session.context,
      });
      return;
    }
    this.#current = null;
    const answer = answerFrame(tree, waiting.frame.id);
    session.toClient(answer.tree);
    await this.#session.settle(waiting, answer.failed ? "error" : "ok", { response: answer.tree });
    await this.#next();
  }

  /** The answer to bytes that were meant as a frame. */
  malformed(decision: Decision): JsonObject {
    return refusalFrame(decision, undefined);
  }

  /** Gives up the frames whose time is over. A late answer could be taken for the next one's, so the session ends. */
  expire(now: number): void {
    const waiting = this.#current;
    if (waiting === null || waiting.deadline > now) return;
    this.#current = null;
    this.#session.options.metrics.count("mcpguard_call_timeouts_total");
    this.#session.toClient(
      upstreamFailedFrame("the server did not answer in time", waiting.frame.id),
    );
    void this.#session.settle(waiting, "timeout", { detail: "call.timeout" }).then(() =>
      this.#session.close(1011, "the server did not answer in time")
    );
  }

  /** Gives up everything because a side is gone. */
  async abort(detail: string): Promise<void> {
    const all = this.#current === null ? this.#waiting : [this.#current, ...this.#waiting];
    this.#current = null;
    for (const waiting of [...all]) {
      if (detail !== "client.gone") {
        this.#session.toClient(
          upstreamFailedFrame("the server's connection was lost", waiting.frame.id),
        );
      }
      await this.#session.settle(waiting, "cancelled", { detail });
    }
    this.#waiting.length = 0;
  }

  async #next(): Promise<void> {
    if (this.#current !== null) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    this.#current = waiting;
    const failed = await this.#session.toServer(
      outgoingFrame(waiting.frame, waiting.inquiry.identity),
    );
    if (failed === null || this.#current !== waiting) return;
    this.#current = null;
    this.#session.toClient(upstreamFailedFrame(failed, waiting.frame.id));
    await this.#session.settle(waiting, "error", { detail: "upstream.unreachable" });
    this.#session.close(1011, "the server cannot be reached");
  }
}
