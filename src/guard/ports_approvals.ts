// What approvals need from the outside: a store that keeps requests until a human has decided, and hands a grant out
// exactly once.

/** Who is asked: somebody else out of band (`approve`), or the client's own user (`confirm`). */
export type ApprovalKind = "approve" | "confirm";

/** What a request is bound to, and what the human gets to see. */
export interface ApprovalRequest {
  /** Unique id. */
  readonly id: string;
  /** SHA-256 over kind, identity, upstream, method, tool, pin and digest, hex: what a call must match to use a grant. */
  readonly key: string;
  /** Who is asked. */
  readonly kind: ApprovalKind;
  /** Who wants to call. */
  readonly identity: string;
  /** Whose requests are counted together: the identity, or the address where nobody is authenticated. */
  readonly owner: string;
  /** The server that would be called; empty where there is only one. */
  readonly upstream: string;
  /** The MCP method, `tool_call` or `check`. */
  readonly method: string;
  /** The tool, or null. */
  readonly tool: string | null;
  /** Digest of the tool's pinned definition, or null where tools are not pinned. */
  readonly pin: string | null;
  /** SHA-256 over the canonical parameters (RFC 8785), hex. */
  readonly digest: string;
  /** The rule that asks. */
  readonly rule: string;
  /** Why, in words of the policy. */
  readonly reason: string;
  /** The parameters as text, escaped and bounded. */
  readonly preview: string;
}

/** A request and what became of it. */
export interface ApprovalTicket extends ApprovalRequest {
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
  /** Milliseconds since 1970; from then on the ticket is gone, granted or not. */
  readonly expiresAt: number;
  /** What was decided. */
  readonly state: "pending" | "granted" | "denied";
  /** Who decided, or null. */
  readonly by: string | null;
}

/** How many requests may wait, and for how long. */
export interface ApprovalBounds {
  /** Pending requests per owner. */
  readonly perOwner: number;
  /** Tickets over all owners, decided ones included. */
  readonly total: number;
  /** Milliseconds that a request waits, and that a decision then is good for. */
  readonly ttlMs: number;
}

/** What opening a request came to. `full`: too many wait already. */
export type Opened = { full: false; ticket: ApprovalTicket; created: boolean } | { full: true };

/**
 * Keeps approvals. Every operation is atomic, also between processes that share the store, and throws
 * {@linkcode DependencyFailed} when the store cannot be reached: no answer is never a yes.
 */
export interface ApprovalStore {
  /** Adds a request; where a ticket with its key exists already, that one is returned and nothing is added. */
  open(request: ApprovalRequest, bounds: ApprovalBounds): Promise<Opened>;
  /**
   * Looks for the ticket with this key. A granted one is removed by that, so that one caller gets it, once; so is a
   * denied confirmation.
   */
  take(key: string): Promise<ApprovalTicket | null>;
  /** One ticket by its id. */
  get(id: string): Promise<ApprovalTicket | null>;
  /** Decides a pending ticket; null where it is not pending any more. */
  settle(
    id: string,
    state: "granted" | "denied",
    by: string,
    ttlMs: number,
  ): Promise<ApprovalTicket | null>;
  /** Removes a ticket, whatever its state. */
  remove(id: string): Promise<void>;
  /** Every ticket, oldest first. */
  list(): Promise<readonly ApprovalTicket[]>;
  /** Removes and returns what has expired since the last time. */
  expire(): Promise<readonly ApprovalTicket[]>;
  /** Whether the store answers, for `/readyz`. */
  healthy?(): boolean;
  /** Releases files and sockets. */
  close?(): void | Promise<void>;
}
