// Opens the admin listener: for the sidecar, and for a wrapped process where its operator asks for one.

import { type AdminParts, adminRoute } from "./admin.ts";
import { type HttpListener, listen } from "./transports/mod.ts";

/**
 * Listens for operators' tools.
 *
 * @param at Address and port; port 0 takes any free one.
 * @param parts What is administered.
 * @param onError Told of failures that are the guard's own.
 * @returns The listener.
 * @throws {Deno.errors.AddrInUse} When the port is taken.
 */
export async function listenAdmin(
  at: { host: string; port: number },
  parts: AdminParts,
  onError: (error: unknown) => void,
): Promise<HttpListener> {
  const { host } = at;
  const name = host.includes(":") ? `[${host}]` : host;
  let admin: HttpListener | null = null;
  admin = await listen({
    ...at,
    limits: { messageBytes: 1024, connections: 32 },
    onRequest: (request) => adminRoute(parts, request, `${name}:${admin?.port ?? at.port}`),
    onError,
  });
  return admin;
}
