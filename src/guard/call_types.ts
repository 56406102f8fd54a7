// What the library is asked, and what it is told.

import type { JsonObject } from "../wire/mod.ts";
import type { ApprovalTicket } from "./ports.ts";

/** Credentials as an application received them. */
export interface CallCredentials {
  /** The value of `X-API-Key`. */
  apiKey?: string;
  /** The token of `Authorization: Bearer`. */
  bearer?: string;
}

/** Who is asking, and what they declare. */
export interface CallContext {
  /** Identity that the application itself has established; ignored where `credentials` are given. */
  identity?: string;
  /** Roles of that identity. */
  roles?: readonly string[];
  /** Credentials to be checked against the policy's `auth`. */
  credentials?: CallCredentials;
  /** The prompt that led to the call. */
  prompt?: string;
  /** URIs of the resources that the call uses. */
  resources?: readonly string[];
}

/** One question to the library. */
export interface CheckRequest extends CallContext {
  /** The tool to be called. */
  tool: string;
  /** Its arguments, as JSON values, or as a tree that keeps the spelling of numbers. */
  arguments?: Record<string, unknown> | JsonObject;
}

/** Options of {@linkcode CallGuard.wrapTool}. */
export interface WrapOptions {
  /** The tool's name in the policy and the audit. */
  toolName: string;
  /**
   * Asks a human about a call that a rule wants approved. Answers with who decided what, or null when nobody did; then,
   * and where it is not given, the call is refused with {@linkcode PolicyDenied} (`ApprovalRequired`), and passes once
   * when it is repeated after `guard.approvals.settle`. Whoever makes the call cannot approve it.
   */
  approve?: (
    request: ApprovalTicket,
  ) => ApprovalAnswer | null | Promise<ApprovalAnswer | null>;
}

/** What a human said. */
export interface ApprovalAnswer {
  /** Whether the call may run. */
  approved: boolean;
  /** Who says so, for the audit. */
  by: string;
}

/** A wrapped tool: the arguments, and who is asking where no scope says so. */
export type WrappedTool<A extends Record<string, unknown>, R> = (
  args: A,
  context?: CallContext,
) => Promise<R>;
