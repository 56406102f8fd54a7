// The MCP inspection table as one: which methods exist, which way they travel, what they carry. Unknown is denied.

import { RPC } from "./codes.ts";
import type { MethodSpec } from "./method_spec.ts";
import { CLIENT_REQUESTS } from "./methods_client.ts";
import { NOTIFICATIONS } from "./methods_notifications.ts";
import { MUTUAL_REQUESTS, SERVER_REQUESTS } from "./methods_server.ts";
import { RpcError } from "./rpc_error.ts";
import { isConfusing } from "./shapes.ts";
import type { Direction } from "./uses.ts";
import type { JsonObject } from "./value.ts";

export type { Era, MethodSpec } from "./method_spec.ts";

/** Every method that mcpguard knows, of all revisions and of the extensions it can judge. */
export const METHODS: readonly MethodSpec[] = [
  ...CLIENT_REQUESTS,
  ...SERVER_REQUESTS,
  ...MUTUAL_REQUESTS,
  ...NOTIFICATIONS,
];

const INDEX: ReadonlyMap<string, MethodSpec> = new Map(
  METHODS.flatMap((spec) =>
    spec.directions.map((direction) => [`${direction} ${spec.kind} ${spec.method}`, spec] as const)
  ),
);

/**
 * Looks a method up. The name must be exact: neither case nor spaces are forgiven.
 *
 * @param method The method as decoded from the message.
 * @param direction Which way the message travels.
 * @param kind Whether the message has an id. A known request sent as a notification is unknown, and the reverse.
 * @returns The method's row, or undefined: then the message must be denied.
 *
 * @example Only the exact name is known
 * ```ts
 * import { methodSpec } from "./methods.ts";
 *
 * if (methodSpec("tools/call", "c2s", "request")?.metered !== true) throw new Error("unexpected");
 * if (methodSpec("Tools/Call", "c2s", "request") !== undefined) throw new Error("unexpected");
 * ```
 */
export function methodSpec(
  method: string,
  direction: Direction,
  kind: "request" | "notification",
): MethodSpec | undefined {
  return INDEX.get(`${direction} ${kind} ${method}`);
}

/**
 * Refuses parameters of which a lenient server would read another value than the one that is judged: members that
 * equal a known one but for case, width, `_` or `-` (`Name` beside `name`). Other unknown members may stay; they are
 * inspected as texts.
 *
 * @param spec The method's row.
 * @param params The parameters, if any.
 * @throws {RpcError} `rpc.param_case`, -32602.
 *
 * @example A variant beside the real name
 * ```ts
 * import { checkParamKeys, methodSpec } from "./methods.ts";
 * import { JsonObject } from "./value.ts";
 *
 * const spec = methodSpec("tools/call", "c2s", "request")!;
 * checkParamKeys(spec, new JsonObject(["name", "note"], ["read_file", "hello"]));
 * let refused = false;
 * try {
 *   checkParamKeys(spec, new JsonObject(["name", "Name"], ["read_file", "delete_file"]));
 * } catch {
 *   refused = true;
 * }
 * if (!refused) throw new Error("unexpected");
 * ```
 *
 * @see GHSA-4gph-2hhr-5mwg, CVE-2026-27896
 */
export function checkParamKeys(spec: MethodSpec, params: JsonObject | undefined): void {
  for (const key of params?.keys ?? []) {
    if (!spec.params.members?.has(key) && isConfusing(spec.params, key)) {
      throw new RpcError(
        RPC.INVALID_PARAMS,
        "rpc.param_case",
        "A parameter's name has two readings",
      );
    }
  }
}
