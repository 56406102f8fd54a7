// Every error class of mcpguard. Messages name what failed and what to do; they never carry a secret.

import type { Decision } from "./guard/types.ts";

/** Base of every error that mcpguard throws on purpose. */
export class McpGuardError extends Error {
  /** The class name, stable across bundling. */
  override name = "McpGuardError";
}

/** A call was refused by policy: denied, throttled, or waiting for a human. */
export class PolicyDenied extends McpGuardError {
  /** The class name, stable across bundling. */
  override name = "PolicyDenied";
  /** The decision that refused the call. */
  readonly decision: Decision;

  /**
   * Wraps a decision; its sentence is the message.
   *
   * @param decision The decision that refused the call.
   */
  constructor(decision: Decision) {
    super(decision.message);
    this.decision = decision;
  }
}

/** Credentials were required and missing, or given and wrong. */
export class Unauthorized extends McpGuardError {
  /** The class name, stable across bundling. */
  override name = "Unauthorized";
}

/** One problem in a policy file. */
export interface PolicyProblem {
  /** What is wrong, and what was expected. */
  message: string;
  /** Where in the document, e.g. `tools.allow[2]`; empty for the whole file. */
  path: string;
  /** Line, from 1; 0 where it is not known, e.g. for an environment variable that is not set. */
  line: number;
  /** Column, from 1; 0 where it is not known. */
  column: number;
  /** The nearest valid spelling, when there is one. */
  suggestion?: string;
}

/** A policy could not be read, parsed or compiled. */
export class BadPolicy extends McpGuardError {
  /** The class name, stable across bundling. */
  override name = "BadPolicy";
  /** The file's name as the user gave it. */
  readonly file: string;
  /** Every problem found, in file order. */
  readonly problems: readonly PolicyProblem[];

  /**
   * Lists the problems, one a line, each with its place.
   *
   * @param file The file's name as the user gave it.
   * @param problems At least one problem.
   */
  constructor(file: string, problems: readonly PolicyProblem[]) {
    super(
      problems.map((p) =>
        `${file}${p.line > 0 ? `:${p.line}:${p.column}` : ""}: ${
          p.path ? `${p.path}: ` : ""
        }${p.message}` +
        (p.suggestion ? ` (did you mean ${JSON.stringify(p.suggestion)}?)` : "")
      ).join("\n"),
    );
    this.file = file;
    this.problems = problems;
  }
}

/** A part that a decision depends on (Redis, audit sink, key store) did not answer. Denies by default. */
export class DependencyFailed extends McpGuardError {
  /** The class name, stable across bundling. */
  override name = "DependencyFailed";
  /** Which part failed: `redis`, `audit`, ... */
  readonly dependency: string;

  /**
   * Says which part failed.
   *
   * @param dependency Which part failed.
   * @param message What failed, without secrets.
   * @param options The cause, kept for debugging and never printed.
   */
  constructor(dependency: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.dependency = dependency;
  }
}
