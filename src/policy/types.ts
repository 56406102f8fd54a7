// A loaded policy: the checked values of the file, and the matchers compiled from them.

import type { NameList, UriList } from "../match/mod.ts";
import type { RegexSet } from "../match/mod.ts";
import type { ApprovalsConfig, ServerRequestsConfig } from "./types_approvals.ts";
import type { RuleSet } from "./types_rules.ts";
import type { UpstreamConfig } from "./types_upstreams.ts";

export type * from "./types_approvals.ts";
export type { ArgumentStep, ListedTool, Rule, RuleEffect, RuleSet } from "./types_rules.ts";
export type { UpstreamConfig, UpstreamHeader, UpstreamServer } from "./types_upstreams.ts";
import type { JwtConfig } from "./types_jwt.ts";

import type { RolePolicies } from "./types_roles.ts";

export type { JwtConfig, JwtKeys } from "./types_jwt.ts";
export type { RoleLists, RolePolicies } from "./types_roles.ts";

import type { Flow, FlowStateConfig } from "./types_flows.ts";
import type { DetectConfig } from "./types_detect.ts";
import type { PinsConfig } from "./types_pins.ts";

export type * from "./types_detect.ts";
export type * from "./types_flows.ts";
export type * from "./types_pins.ts";

/** A configured key or token: the digest is compared, the plain text is not kept. */
export interface KeySpec {
  /** How the file spells it; `env:` is resolved by the auth room. */
  source: { kind: "plain"; value: string } | { kind: "sha256"; hex: string } | {
    kind: "env";
    name: string;
  };
  /** Identity name; absent: `key:` and the first 8 hex digits of the digest. */
  identity?: string;
  /** Roles; empty by default. */
  roles: readonly string[];
  /** Where in the file, e.g. `auth.allowed_keys[0]`, for messages. */
  path: string;
}

/** Section `auth`. */
export interface AuthConfig {
  /** How callers prove who they are. */
  mode: "none" | "api_key" | "bearer" | "jwt";
  /** Keys (api_key) or tokens (bearer). */
  keys: readonly KeySpec[];
  /** Signed tokens; set when mode is jwt. */
  jwt?: JwtConfig;
}

/** Section `rate_limit`; buckets are per identity and tool. */
export interface RateLimitConfig {
  /** Tokens a bucket holds: an integer from 1 to 1e9. */
  capacity: number;
  /** Tokens per second: 0 to 1e6. */
  refillPerSec: number;
  /** Where buckets live. */
  backend: "memory" | "redis";
  /** `redis://`, `rediss://`, or `env:NAME`; set when backend is redis. */
  redisDsn: string | null;
  /** What happens when the backend fails. */
  onError: "deny" | "local" | "allow";
  /** Other sizes for some tools; the first match counts. */
  overrides: readonly { tools: NameList; capacity: number; refillPerSec: number }[];
}

/** Section `limits`; every one has a default. */
export interface Limits {
  /** Largest client message, bytes. */
  messageBytes: number;
  /** Largest server message, bytes. */
  resultBytes: number;
  /** Deepest nesting of JSON. */
  depth: number;
  /** Most JSON tokens (values and keys) in a message. */
  tokens: number;
  /** Most members in one JSON object. */
  keys: number;
  /** Client numbers beyond double precision: refused, or preserved in their spelling. */
  numbers: "refuse" | "preserve";
  /** Milliseconds until an unanswered call is given up. */
  callTimeoutMs: number;
  /** Milliseconds until a call is given up whatever progress it shows. */
  callMaxMs: number;
  /** Cursors, request states and tasks: only for whom they were given, or for anybody. */
  handles: "own" | "any";
  /** Requests and notifications per second and session that are no tool calls. */
  messagesPerSec: number;
  /** Unanswered calls per session. */
  inFlight: number;
  /** Unanswered calls over all sessions. */
  inFlightTotal: number;
  /** Open client connections. */
  connections: number;
  /** Bytes of heap and buffers; 0 for what the runtime has. */
  heapBytes: number;
  /** WebSocket fragments per message. */
  fragments: number;
  /** Milliseconds a session may be silent. */
  idleMs: number;
  /** Unsent bytes for one peer at which reading from the other stops. */
  highWaterBytes: number;
  /** Milliseconds a peer may stay above the high-water mark before it is closed. */
  slowReaderMs: number;
}

/** Section `logging`. */
export interface LoggingConfig {
  /** Level of the program's own messages; never filters audit records. */
  level: "DEBUG" | "INFO" | "WARNING" | "ERROR";
  /** Where audit records go. */
  output: "stderr" | "file";
  /** Set when output is file. */
  filePath: string | null;
  /** Bytes at which the file is rotated; three old files are kept. */
  rotateBytes: number;
  /** Whether records name the resources and prompts that messages use. */
  resources: boolean;
}

/** Section `attestation`: hashes of requests and responses in the audit. */
export interface AttestationConfig {
  /** Whether records carry hashes. */
  enabled: boolean;
  /** Hash algorithm over the canonical form (RFC 8785). */
  alg: "sha256" | "sha384" | "sha512";
}

/** An allow list and a deny list. */
export interface Acl<L> {
  /** Empty: everything that is not denied, unless the policy says `default: deny`. */
  allow: L;
  /** Denies win. */
  deny: L;
}

/** A policy, checked and compiled. Immutable. */
export interface Policy {
  /** The file's name as given, or `<policy>` for text. */
  file: string;
  /** `monitor`: what the policy would refuse passes, and is recorded. */
  mode: "enforce" | "monitor";
  /** What an empty allow list means. */
  default: "allow" | "deny";
  /** Section `auth`. */
  auth: AuthConfig;
  /** Section `tools`. */
  tools: Acl<NameList> & { stealth: boolean };
  /** Section `resources`. */
  resources: Acl<UriList> & { inArguments: "deny" | "enforce" | "ignore" };
  /** Section `prompts`. */
  prompts: Acl<NameList> & { denyRegex: RegexSet; maxLength: number | null };
  /** Section `rules`. */
  rules: RuleSet;
  /** Section `flows`, with its `labels`. */
  flows: readonly Flow[];
  /** Section `flow_state`. */
  flowState: FlowStateConfig;
  /** Section `approvals`. */
  approvals: ApprovalsConfig;
  /** Section `server_requests`. */
  serverRequests: ServerRequestsConfig;
  /** Section `roles`. */
  roles: RolePolicies;
  /** Section `detect`. */
  detect: DetectConfig;
  /** Section `pins`, or null. */
  pins: PinsConfig | null;
  /** Section `rate_limit`, or null. */
  rateLimit: RateLimitConfig | null;
  /** Section `limits`. */
  limits: Limits;
  /** Section `logging`. */
  logging: LoggingConfig;
  /** Section `attestation`. */
  attestation: AttestationConfig;
  /** Section `upstreams`; empty where the one server is named on the command line. */
  upstreams: readonly UpstreamConfig[];
  /** Whether the file ends with the mark `policy_end`. */
  marked: boolean;
  /** Things worth a word that are no errors, e.g. a plain key below 128 bits. */
  warnings: readonly PolicyWarning[];
}

/** A warning about a policy. */
export interface PolicyWarning {
  /** Stable code, e.g. `weak_key`, `shadowed`, `swallowed`, `unmatchable`. */
  code: string;
  /** What is odd and what to do. */
  message: string;
  /** Where in the document, e.g. `tools.allow[2]`. */
  path: string;
  /** Line, from 1. */
  line: number;
  /** Column, from 1. */
  column: number;
}
