// The order of a session: one handshake, and one era after it.

import { RPC, RpcError } from "../wire/mod.ts";
import type { Session } from "./session.ts";

/**
 * Whether a request comes at a time when it can mean nothing good.
 *
 * @param session The client's session.
 * @param method The request's method.
 * @param modern Whether the request is of the 2026-07-28 era.
 * @returns The refusal (-32600), or null: a second handshake would change what both sides go by (MCP 2025-11-25,
 *   basic/lifecycle), and after one the two eras' rules could be played off against each other. Before it a client may
 *   well try the modern era.
 */
export function outOfOrder(session: Session, method: string, modern: boolean): RpcError | null {
  const { negotiation, calls } = session;
  if (modern && negotiation.initialized) {
    return new RpcError(
      RPC.INVALID_REQUEST,
      "mcp.era",
      "This session was opened by initialize; requests of the 2026-07-28 revision need another",
    );
  }
  if (method === "initialize" && (negotiation.initialized || calls.waitsFor("initialize"))) {
    return new RpcError(
      RPC.INVALID_REQUEST,
      "mcp.lifecycle",
      "This session is initialized already",
    );
  }
  return null;
}
