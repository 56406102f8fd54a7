// The library's door: check a call, or wrap a function so that every call of it is checked.

import { PolicyDenied, Unauthorized } from "../errors.ts";
import {
  fromPlain,
  inspectFrame,
  inspectFrameAnswer,
  JsonObject,
  type JsonValue,
  type Plain,
  readFrame,
  RpcError,
  type ToolCallFrame,
  toPlain,
} from "../wire/mod.ts";
import type {
  CallContext,
  CallCredentials,
  CheckRequest,
  WrapOptions,
  WrappedTool,
} from "./call_types.ts";
import { cleanedError, type Readable, readable, UNREADABLE, UNREDACTABLE } from "./call_results.ts";
import { copyOf, redactedArguments } from "./call_values.ts";
import { GuardCore } from "./guard.ts";
import type { GuardPorts } from "./ports.ts";
import { ANONYMOUS, type Outcome, type OutrightRefusal } from "./requests.ts";
import type { Policy } from "../policy/types.ts";
import { CallScope } from "./scope.ts";
import type { Decision, Identity, Inquiry } from "./types.ts";

export type {
  ApprovalAnswer,
  CallContext,
  CallCredentials,
  CheckRequest,
  WrapOptions,
  WrappedTool,
} from "./call_types.ts";

/** A guard for calls inside one program. */
export class CallGuard extends GuardCore {
  readonly #scope = new CallScope();

  /**
   * Makes a guard from its parts.
   *
   * @param policy A policy from `parsePolicy`.
   * @param ports Every effect the guard may have.
   */
  constructor(policy: Policy, ports: GuardPorts) {
    super(policy, ports);
  }

  /**
   * Decides on one call: takes a token, keeps a record.
   *
   * @param request Who asks, which tool, with what.
   * @returns The decision, also when it refuses.
   * @throws {Unauthorized} When credentials are wrong, or are needed and neither they nor an identity is given.
   * @throws {TypeError} When the call cannot be judged: `arguments` that are no JSON, more than 256 resources, ...
   */
  async check(request: CheckRequest): Promise<Decision> {
    return await this.decide(await this.#inquiry(request));
  }

  /**
   * Says what {@linkcode check} would decide, with every stage; no token, no record, no credentials.
   *
   * @param request Who asks, which tool, with what.
   * @returns The decision with `stages`.
   */
  explain(request: CheckRequest): Decision {
    return this.evaluate(inquiryOf(request, localIdentity(request) ?? ANONYMOUS));
  }

  /**
   * Runs a callback so that the wrapped tools inside know who is asking.
   *
   * @param context Identity, credentials, prompt and resources of the calls inside.
   * @param run The callback; may be async.
   * @returns What the callback returns.
   */
  withContext<R>(context: CallContext, run: () => R): R {
    return this.#scope.run(context, run);
  }

  /**
   * Wraps a function: every call is decided and recorded before it runs, and its outcome recorded after.
   *
   * @param options The tool's name.
   * @param fn The tool.
   * @returns A function that throws {@linkcode PolicyDenied} instead of running a refused call, and
   * {@linkcode Unauthorized} where credentials are given and wrong.
   */
  wrapTool<A extends Record<string, unknown>, R>(
    options: WrapOptions,
    fn: (args: A, context: CallContext) => R | Promise<R>,
  ): WrappedTool<A, R> {
    return async (args: A, context?: CallContext): Promise<R> => {
      const merged: CallContext = { ...this.#scope.current(), ...context };
      if (merged.resources !== undefined) merged.resources = [...merged.resources];
      // The tool gets what was judged: a caller that changes its object in the meantime changes nothing.
      const judged = copyOf(args);
      const inquiry = await this.#inquiry({ ...merged, tool: options.toolName, arguments: judged });
      let decision = await this.decide(inquiry);
      if (decision.effect === "approve" && options.approve !== undefined) {
        decision = await this.#ask(decision, inquiry, options.approve);
      }
      if (!decision.allowed) throw new PolicyDenied(decision);
      // What was redacted was replaced in the payload; the tool gets that.
      const cleaned = inquiry.redacted === true ? redactedArguments(inquiry) : undefined;
      const passed = (cleaned ?? judged) as A;
      const started = this.ports.clock.monotonic();
      const elapsed = (): number => this.ports.clock.monotonic() - started;
      let result: R;
      try {
        result = await fn(passed, merged);
      } catch (error) {
        throw await this.#failed(decision, inquiry, error, elapsed);
      }
      return await this.#answered(decision, inquiry, result, elapsed);
    };
  }

  async #ask(
    refusal: Decision,
    inquiry: Inquiry,
    approve: NonNullable<WrapOptions["approve"]>,
  ): Promise<Decision> {
    const id = refusal.approval?.id;
    const ticket = id === undefined ? null : await this.approvals.look(id);
    const answer = ticket === null ? null : await approve(ticket);
    if (ticket === null || answer === null) return refusal;
    const state = answer.approved ? "granted" : "denied";
    const approver = { identity: answer.by, context: { transport: "library" } };
    await this.approvals.settle(ticket.id, state, approver);
    // Judged again: what was decided may be about a policy that is no longer in force, and may not count.
    return await this.release(inquiry);
  }

  /** Judges a tool's result, keeps the outcome, and returns what the caller may have. */
  async #answered<R>(
    decision: Decision,
    inquiry: Inquiry,
    result: R,
    elapsed: () => number,
  ): Promise<R> {
    const judged = await this.#judged(decision, inquiry, result, "ok", elapsed);
    return judged === undefined ? result : toPlain(judged) as R;
  }

  /** Judges what a tool threw, keeps the outcome, and returns what is thrown on. */
  async #failed(
    decision: Decision,
    inquiry: Inquiry,
    error: unknown,
    elapsed: () => number,
  ): Promise<unknown> {
    // The guard's own words, of a tool that calls others.
    if (error instanceof PolicyDenied || error instanceof Unauthorized) {
      await this.outcome(decision, inquiry, { status: "error", durationMs: elapsed() });
      return error;
    }
    const judged = await this.#judged(decision, inquiry, error, "error", elapsed);
    return judged === undefined ? error : cleanedError(judged, error);
  }

  /** Judges what a tool gave back or threw, and keeps the outcome: what was redacted, or undefined where nothing was. */
  async #judged(
    decision: Decision,
    inquiry: Inquiry,
    given: unknown,
    ended: "ok" | "error",
    elapsed: () => number,
  ): Promise<JsonValue | undefined> {
    const { identity, method, tool, context = { transport: "library" } } = inquiry;
    const about = { identity, method, tool, context, direction: "s2c" } as const;
    const keep = (
      status: Outcome["status"],
      said: Pick<Outcome, "response" | "findings" | "detail">,
    ): Promise<void> => this.outcome(decision, inquiry, { status, durationMs: elapsed(), ...said });
    const withhold = async (
      refusal: OutrightRefusal,
      said: Pick<Outcome, "response" | "findings">,
    ): Promise<never> => {
      const withheld = await this.refuse({ ...refusal, ...about });
      await keep("error", { ...said, detail: "result.withheld" });
      throw new PolicyDenied(withheld);
    };
    let response: Readable | undefined;
    try {
      if (this.judgesAnswers || (ended === "ok" && this.policy.attestation.enabled)) {
        response = readable(given);
      }
    } catch {
      // What cannot be read has not been judged.
      if (this.judgesAnswers && this.policy.mode === "enforce") return withhold(UNREADABLE, {});
    }
    if (response === undefined || (!this.judgesAnswers && !response.whole)) {
      await keep(ended, {});
      return undefined;
    }
    const answer = new JsonObject([ended === "ok" ? "result" : "error"], [response.tree]);
    const { refusal, findings, redacted } = await this.screen({
      ...about,
      uses: inspectFrameAnswer(answer, tool ?? ""),
      root: answer,
      declared: false,
    });
    const judged = answer.values[0]!;
    // The hash is one of a result as JSON has it.
    const hashed = ended === "ok" && response.whole ? { response: judged } : {};
    if (refusal !== null) return withhold(refusal, { ...hashed, findings });
    if (redacted && !response.whole) return withhold(UNREDACTABLE, { findings });
    await keep(ended, {
      ...hashed,
      findings,
      ...(redacted ? { detail: "result.redacted" } : {}),
    });
    return redacted ? judged : undefined;
  }

  async #inquiry(request: CheckRequest): Promise<Inquiry> {
    return inquiryOf(request, await this.#identify(request));
  }

  async #identify(context: CallContext & { tool?: string }): Promise<Identity> {
    const local = localIdentity(context);
    if (context.credentials === undefined) {
      if (local !== null) return local;
      if (this.policy.auth.mode === "none") return ANONYMOUS;
    }
    const verdict = await this.authenticate({ headers: headersOf(context.credentials ?? {}) });
    if (verdict.ok) {
      // With `auth: none` credentials prove nothing, so the application's own word stands.
      return verdict.identity.method === "none" && local !== null ? local : verdict.identity;
    }
    await this.refuse({
      reason: "Unauthorized",
      rule: verdict.code,
      message: verdict.message,
      method: "check",
      tool: context.tool ?? null,
      context: { transport: "library" },
    });
    throw new Unauthorized(verdict.message);
  }
}

function localIdentity(context: CallContext): Identity | null {
  return context.identity === undefined
    ? null
    : { id: context.identity, roles: context.roles ?? [], method: "local" };
}

function headersOf(credentials: CallCredentials): [string, string][] {
  const headers: [string, string][] = [];
  if (credentials.apiKey !== undefined) headers.push(["X-API-Key", credentials.apiKey]);
  if (credentials.bearer !== undefined) {
    headers.push(["Authorization", `Bearer ${credentials.bearer}`]);
  }
  return headers;
}

/** Takes a check request apart the same way as the small frame of the wire. */
function inquiryOf(request: CheckRequest, identity: Identity): Inquiry {
  const args = request.arguments === undefined || request.arguments instanceof JsonObject
    ? request.arguments
    : fromPlain(copyOf(request.arguments) as { [key: string]: Plain });
  if (args !== undefined && !(args instanceof JsonObject)) {
    throw new TypeError("arguments must be an object");
  }
  const payload = new JsonObject(["type", "tool"], ["tool_call", request.tool]);
  if (args !== undefined) payload.set("args", args);
  if (request.prompt !== undefined) payload.set("prompt", request.prompt);
  if (request.resources !== undefined) payload.set("resources", [...request.resources]);
  const uses = inspectFrame(frameOf(payload));
  return {
    identity,
    direction: "c2s",
    method: "check",
    known: true,
    tool: uses.tool,
    names: uses.names,
    uris: uses.uris,
    texts: uses.texts,
    payload,
    metered: true,
    context: { transport: "library" },
  };
}

/** The call as a frame. What no frame can carry is a mistake of the program that asks, not of its caller. */
function frameOf(payload: JsonObject): ToolCallFrame {
  try {
    return readFrame(payload);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    throw new TypeError(`a call that cannot be judged: ${error.message}`, { cause: error });
  }
}
