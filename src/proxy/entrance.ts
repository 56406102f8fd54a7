// Who may come in: Host, Origin and credentials of one request, before any frame is read.

import { DependencyFailed } from "../errors.ts";
import type { AuthVerdict, Decision, Identity, Reason } from "../guard/mod.ts";
import { type Desk, refuse } from "./asking.ts";
import {
  header,
  hostAllowed,
  type HttpReply,
  type HttpRequest,
  originAllowed,
} from "./transports/mod.ts";

/** What the entrance needs. */
export interface EntranceOptions extends Desk {
  /** Address and port of the listener, e.g. `127.0.0.1:8787`. */
  bound: () => string;
  /** Further hosts that clients may name. */
  hosts: readonly string[];
  /** Further web origins that may connect. */
  origins: readonly string[];
  /** Whether a request target carries a credential, which it must not. */
  credentialInUrl: (target: string) => boolean;
}

/** The answer of the entrance. */
export type Entry =
  | { ok: true; identity: Identity }
  | { ok: false; reply: HttpReply; decision: Decision };

/** One sentence as the body of a refusal. */
export function textReply(
  status: number,
  text: string,
  headers: [string, string][] = [],
): HttpReply {
  return {
    status,
    headers: [["Content-Type", "text/plain; charset=utf-8"], ...headers],
    body: `${text}\n`,
  };
}

/** Checks requests one by one. */
export class Entrance {
  readonly #options: EntranceOptions;

  /** @param options What the entrance needs. */
  constructor(options: EntranceOptions) {
    this.#options = options;
  }

  /**
   * Judges one request in DESIGN's order: Host, Origin, then credentials. A refusal leaves one record.
   *
   * @param request The request's head.
   * @param transport Name for the audit.
   * @returns Who it is, or what to answer.
   */
  async enter(request: HttpRequest, transport: string): Promise<Entry> {
    const { bound, hosts, origins, guard } = this.#options;
    if (!hostAllowed(header(request, "host"), { bound: bound(), extra: hosts })) {
      return await this.refuse(request, transport, "OriginDenied", "http.host", {
        status: 403,
        text: "this Host is not served here; the operator can add it with --allow-host",
      });
    }
    if (!originAllowed(header(request, "origin"), origins)) {
      return await this.refuse(request, transport, "OriginDenied", "http.origin", {
        status: 403,
        text: "this Origin may not connect; the operator can add it with --allow-origin",
      });
    }
    if (this.#options.credentialInUrl(`${request.path}?${request.query}`)) {
      return await this.refuse(request, transport, "Unauthorized", "auth.in_url", {
        status: 401,
        text: "credentials do not belong into a URL; send them in a header",
      });
    }
    let verdict: AuthVerdict;
    try {
      verdict = await guard.authenticate({ headers: request.headers, remote: request.remote });
    } catch (error) {
      const code = error instanceof DependencyFailed ? error.dependency : "auth";
      return await this.refuse(request, transport, "DependencyFailed", `dependency.${code}`, {
        status: 503,
        text: "credentials cannot be checked right now; try again later",
      });
    }
    if (verdict.ok) return { ok: true, identity: verdict.identity };
    const headers: [string, string][] = [];
    if (verdict.challenge !== undefined) headers.push(["WWW-Authenticate", verdict.challenge]);
    if (verdict.retryAfterMs !== undefined) {
      headers.push(["Retry-After", String(Math.max(1, Math.ceil(verdict.retryAfterMs / 1000)))]);
    }
    return await this.refuse(request, transport, "Unauthorized", verdict.code, {
      status: verdict.status,
      text: verdict.message,
      headers,
      ...(verdict.detail === undefined ? {} : { detail: verdict.detail }),
    });
  }

  /** Records a refusal and words it. */
  async refuse(
    request: Pick<HttpRequest, "remote">,
    transport: string,
    reason: Reason,
    code: string,
    reply: { status: number; text: string; headers?: [string, string][]; detail?: string },
  ): Promise<Extract<Entry, { ok: false }>> {
    this.#options.metrics.count("mcpguard_connections_refused_total");
    const decision = await refuse(this.#options, {
      reason,
      rule: code,
      message: reply.text,
      ...(reply.detail === undefined ? {} : { detail: reply.detail }),
      context: { transport, remote: request.remote },
    });
    return { ok: false, reply: textReply(reply.status, reply.text, reply.headers), decision };
  }
}
