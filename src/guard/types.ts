// The shapes every room shares: what is asked (Inquiry), what is answered (Decision), what is kept (AuditRecord).

import type { Finding } from "../detect/types.ts";
import type { Direction, NameUse, TextUse, UriUse } from "../wire/uses.ts";
import type { JsonValue } from "../wire/value.ts";

export type { Direction, Finding, NameUse, TextUse, UriUse };

/** Who is asking. */
export interface Identity {
  /** Stable name, e.g. `alice`, `key:1f2e3d4c` or `anonymous`; byte-exact, never a secret. */
  id: string;
  /** Roles the credential carries. */
  roles: readonly string[];
  /** How the identity was established. */
  method: "none" | "api_key" | "bearer" | "jwt" | "local";
  /** What it rests on; absent where nothing can end it. */
  grant?: Grant;
}

/** What an identity rests on after its credential was judged. It stays in the process and is never written anywhere. */
export interface Grant {
  /** Wall-clock milliseconds since 1970 at which the credential ends; absent where it does not end by itself. */
  until?: number;
  /** By what an authenticator knows again whether it would still accept the credential; meaningless to others. */
  key: string;
}

/** The reasons a decision may carry; one published table, see DESIGN "Meaning that the mission fixes". */
export type Reason =
  | "Allowed"
  | "ToolDenied"
  | "ResourceDenied"
  | "PromptDenied"
  | "PromptInjectionSuspected"
  | "PromptTooLong"
  | "RateLimitExceeded"
  | "Unauthorized"
  | "MalformedMessage"
  | "MethodDenied"
  | "RuleDenied"
  | "FlowDenied"
  | "PinMismatch"
  | "SecretDetected"
  | "PersonalDataDetected"
  | "ApprovalRequired"
  | "ApprovalDenied"
  | "LimitExceeded"
  | "OriginDenied"
  | "UpstreamFailed"
  | "DependencyFailed"
  | "InternalError";

/** What a decision does with the message, strictest first: deny, throttle, approve, confirm, redact, allow. */
export type Effect = "allow" | "deny" | "redact" | "throttle" | "confirm" | "approve";

/** One stage of a decision, for `mcpguard explain`. */
export interface StageTrace {
  /** Stage name, e.g. `tools`, `resources`, `prompt`, `rate_limit`. */
  stage: string;
  /** What the stage said. */
  verdict: "pass" | "deny" | "throttle" | "approve" | "confirm" | "redact" | "record" | "skipped";
  /** The rule that spoke, e.g. `tools.deny[0] "admin/*"`, or null. */
  rule: string | null;
  /** One sentence for people. */
  detail: string;
  /** Machine code of what a rule refused, as records have it in `detail`, e.g. `rule_error:big`. */
  code?: string;
}

/** A request for approval, as a decision and its record name it. */
export interface ApprovalNote {
  /** The request's id, for `mcpguard approvals`. */
  id: string;
  /** Who is asked: somebody else out of band, or the client's own user. */
  kind: "approve" | "confirm";
  /** SHA-256 over the canonical parameters, hex. */
  digest: string;
  /** When it expires, milliseconds since 1970. */
  expiresAt: number;
  /** Who decided; absent while nobody has. */
  by?: string;
}

/** What would have been decided if `mode: monitor` were not on. */
export interface WouldBe {
  /** What would have happened to the message. */
  effect: Effect;
  /** Why. */
  reason: Reason;
  /** The rule that would have decided, or null. */
  rule: string | null;
  /** A sentence for people. */
  message: string;
}

/** The one shape of every decision. */
export interface Decision {
  /** Unique id of this decision, the same in the audit record and in error data. */
  id: string;
  /** What happens to the message. */
  effect: Effect;
  /** True for `allow` and `redact`. */
  allowed: boolean;
  /** Why; from the published table. */
  reason: Reason;
  /** The rule that decided, e.g. `tools.deny[0]`, or null. */
  rule: string | null;
  /** What detectors saw, also when allowed. */
  findings: readonly Finding[];
  /** Tokens left in the caller's bucket after this call, or null where no limit applies. */
  quotaRemaining: number | null;
  /** For `throttle`: milliseconds until a retry can pass. */
  retryAfterMs: number | null;
  /** A sentence for the user: what was refused, by which rule, what to do. */
  message: string;
  /** What waits for a human, or was decided by one; absent where none is needed. */
  approval?: ApprovalNote;
  /** Where the policy or a rule only watches: what would have been decided. */
  wouldBe?: WouldBe;
  /** Every stage in order; present only when asked for. */
  stages?: readonly StageTrace[];
}

/** What a server says of a tool in its list (MCP `ToolAnnotations`). A hint of somebody who may lie. */
export interface ToolFacts {
  /** Title for people. */
  title?: string;
  /** The tool changes nothing. */
  readOnlyHint?: boolean;
  /** The tool may destroy what is there. */
  destructiveHint?: boolean;
  /** Calling it twice does no more than once. */
  idempotentHint?: boolean;
  /** The tool reaches beyond its own world. */
  openWorldHint?: boolean;
}

/** One question to the guard: a message, taken apart by the inspection table. */
export interface Inquiry {
  /** Who asks. For server-to-client messages: the client the message would reach. */
  identity: Identity;
  /** Which way the message travels. */
  direction: Direction;
  /** The MCP method, or `tool_call` for the small frame and `check` for the library and the command. */
  method: string;
  /** Whether the inspection table knows the method for this direction; unknown ones are denied. */
  known: boolean;
  /** The tool that is called, or null; rate limits count by it. */
  tool: string | null;
  /** Names the lists judge. */
  names: readonly NameUse[];
  /** URIs the lists judge. */
  uris: readonly UriUse[];
  /** Texts the detectors judge. */
  texts: readonly TextUse[];
  /** What is hashed for attestation: the params, the frame, or the check request. */
  payload?: JsonValue;
  /** True where passing costs a token of the rate limit: tool calls. */
  metered: boolean;
  /**
   * The server that the message concerns, where several stand behind one guard; null where that is none of them, or not
   * one alone. The guard sets it and then has names as `server/name` and URIs as the server's own.
   */
  upstream?: string | null;
  /** What the server says of the tool that is called, where it has listed it; never trusted. */
  toolFacts?: ToolFacts;
  /** Set by the guard when it has replaced arguments in `payload` (rules of effect `redact`). */
  redacted?: boolean;
  /** Where the message came from, for the audit. */
  context?: MessageContext;
  /** What an approval is bound to and shows, where it is more than `payload`. */
  subject?: JsonValue;
  /** Whether whoever sent it can ask its own user for a confirmation. */
  canConfirm?: boolean;
}

/** Where a message came from. */
export interface MessageContext {
  /** `websocket`, `http`, `stdio`, `library`, ... */
  transport: string;
  /** Session id, minted by the guard. */
  session?: string;
  /** Remote address without port, e.g. `127.0.0.1`. */
  remote?: string;
  /** JSON-RPC id in text form, truncated to 128 characters. */
  requestId?: string;
  /** The server that it concerns, where several stand behind one guard. */
  upstream?: string;
}

/** One audit record; the sink adds `ts` formatting, hashes and whatever the chain needs. */
export interface AuditRecord {
  /** `decision` is written before the effect; `outcome` after; `event` for lifecycle (start, reload, ...). */
  event: "decision" | "outcome" | "event";
  /** Milliseconds since 1970, from the injected clock. */
  ts: number;
  /** Decision id; an outcome carries the id of its decision. */
  id: string;
  /** Identity name. */
  identity: string;
  /** Tool called, or null. */
  tool: string | null;
  /** MCP method, `tool_call`, `check`, or `-` where none could be read. */
  method: string;
  /** Direction. */
  direction: Direction;
  /** The decision's effect, or for an outcome `ok`, `error`, `timeout`, `cancelled`. */
  decision: Effect | "ok" | "error" | "timeout" | "cancelled" | "info";
  /** The decision's reason. */
  reason: Reason;
  /** The rule that decided. */
  rule: string | null;
  /** Findings. */
  findings: readonly Finding[];
  /** Short machine code of a refused frame, e.g. `json.duplicate_key`; else absent. */
  detail?: string;
  /**
   * Resources that the message names itself, or that came back for `resources/read`: canonical, without query, fragment
   * and secrets, for each of which stands `*`. Of a template, `{*}` and `{**}` are what it leaves open.
   */
  resources?: readonly string[];
  /** How many more it names. */
  resourcesOmitted?: number;
  /** Prompts that the message names. */
  prompts?: readonly string[];
  /** The approval that it is about. */
  approval?: ApprovalNote;
  /** Where the policy or a rule only watches: what would have been decided. */
  wouldBe?: WouldBe;
  /** `sha256:HEX` of the policy file's text: whole in events about it, the first 16 digits in other records. */
  policy?: string;
  /** The one before it, for events about a new one. */
  previousPolicy?: string;
  /** Milliseconds from decision to outcome. */
  durationMs?: number;
  /** Where the message came from. */
  context?: MessageContext;
  /** What is hashed into `request_hash`. Never written itself. */
  request?: JsonValue;
  /** What is hashed into `response_hash`. Never written itself. */
  response?: JsonValue;
}
