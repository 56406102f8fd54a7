// What the HTTP routes share, and how they refuse: a record, a figure, and an answer that both eras' clients can read.

import type { Identity, Reason } from "../../guard/mod.ts";
import { CODE, errorReply, fromPlain, RPC, type RpcId, writeJson } from "../../wire/mod.ts";
import { detailsOf, textOf } from "../answers.ts";
import { refuse } from "../asking.ts";
import { clientJsonLimits, type Read, readClientBytes } from "../reading.ts";
import type { ProxyParts } from "../server.ts";
import type { Session } from "../session.ts";
import { type Channel, HttpProblem, type HttpReply, type HttpRequest } from "../transports/mod.ts";
import type { ModernPool } from "./modern_pool.ts";
import type { HttpSessions } from "./sessions.ts";
import type { StreamLimits } from "./sse_stream.ts";

/** What the HTTP routes are made of. */
export interface HttpDesk {
  /** What all routes share. */
  parts: ProxyParts;
  /** What stands behind `/mcp`, `/sse` and `/message` in its paths: nothing, or `/` and the name of one server. */
  suffix: string;
  /** Opens a session over a channel; null when the guard takes no more. */
  open: (
    channel: Channel,
    identity: Identity,
    authorization: string | null,
  ) => Session | null;
  /** Sessions of Streamable HTTP. */
  sessions: HttpSessions;
  /** Sessions of HTTP+SSE. */
  sseSessions: HttpSessions;
  /** Connections of modern requests. */
  pool: ModernPool;
  /** Bounds of the streams. */
  limits: StreamLimits;
  /** The revisions that clients may name, for who names another one: those of the server, once it has told. */
  versions: readonly string[];
}

/** One request, and who sends it. */
export interface Visit {
  /** The request. */
  request: HttpRequest;
  /** Who. */
  identity: Identity;
  /** The client's own `Authorization` where some server may get it, else null. */
  authorization: string | null;
  /** The session's id in the records, once there is one. */
  session?: string;
}

/** Why a request is refused, and how that is told. */
export interface HttpRefusal {
  /** Status. */
  status: number;
  /** Code for the record. */
  rule: string;
  /** One sentence without any text of the peer's. */
  message: string;
  /** JSON-RPC code; by default -32600. */
  code?: number;
  /** The id of the request, where it is known. */
  id?: RpcId | undefined;
  /** Further headers. */
  headers?: readonly (readonly [string, string])[];
  /** Reason for the record; by default `MalformedMessage`. */
  reason?: Reason;
  /** More for the client than the rule and the decision. */
  data?: Parameters<typeof fromPlain>[0];
}

/** Refuses one request. */
export async function refusal(
  desk: HttpDesk,
  visit: Visit,
  why: HttpRefusal,
): Promise<HttpReply> {
  const { parts } = desk;
  const reason = why.reason ?? "MalformedMessage";
  if (reason === "MalformedMessage") parts.metrics.count("mcpguard_malformed_total");
  const decision = await refuse(parts, {
    reason,
    rule: why.rule,
    message: why.message,
    identity: visit.identity,
    context: {
      transport: "http",
      remote: visit.request.remote,
      ...(visit.session === undefined ? {} : { session: visit.session }),
      ...(desk.suffix === "" ? {} : { upstream: desk.suffix.slice(1) }),
    },
  });
  const details = fromPlain(why.data ?? detailsOf(decision));
  const code = why.code ?? RPC.INVALID_REQUEST;
  return {
    status: why.status,
    headers: [["Content-Type", "application/json"], ...why.headers ?? []],
    body: writeJson(errorReply(why.id ?? null, code, textOf(decision), details)),
  };
}

/** There is no room for one more. */
export function overloaded(desk: HttpDesk, visit: Visit, id?: RpcId): Promise<HttpReply> {
  const draining = desk.parts.draining();
  return refusal(desk, visit, {
    status: 503,
    rule: draining
      ? "limits.draining"
      : desk.parts.pressure.full
      ? "limits.memory"
      : "limits.connections",
    message: "no more sessions are taken now; try again later",
    reason: "LimitExceeded",
    code: CODE.OVERLOAD,
    id,
    headers: [["Retry-After", "1"]],
  });
}

/** A method that a path does not have. */
export function wrongMethod(desk: HttpDesk, visit: Visit, allow: string): Promise<HttpReply> {
  return refusal(desk, visit, {
    status: 405,
    rule: "http.method",
    message: `this path takes ${allow}`,
    headers: [["Allow", allow]],
  });
}

/** A message as it was read, with its size. */
export type ReadMessage = Extract<Read, { kind: "message" }> & { size: number };

/** Reads the body, once and strictly. @returns The message, or how it was refused. */
export async function readBody(desk: HttpDesk, visit: Visit): Promise<ReadMessage | HttpReply> {
  let bytes: Uint8Array;
  try {
    bytes = await visit.request.body();
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    const { status, violation, message } = error;
    const code = status === 413 ? CODE.TOOLARGE : RPC.INVALID_REQUEST;
    return await refusal(desk, visit, { status, rule: violation, message, code });
  }
  const read = readClientBytes(bytes, clientJsonLimits(desk.parts.guard.policy.limits));
  if (read.kind === "message") return { ...read, size: bytes.byteLength };
  if (read.kind === "frame") {
    return await refusal(desk, visit, {
      status: 400,
      rule: "frame.route",
      message: "small frames go to POST /call",
    });
  }
  const { code, rpcCode, message, id } = read.refusal;
  const status = rpcCode === CODE.TOOLARGE ? 413 : 400;
  return await refusal(desk, visit, { status, rule: code, message, code: rpcCode, id });
}
