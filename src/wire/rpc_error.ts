// The one error of the message half: what was wrong with a message, for the peer (number) and for the audit (code).

import { McpGuardError } from "../errors.ts";
import type { RpcId } from "./message.ts";

/** A message is well-formed JSON, but not one that may pass. */
export class RpcError extends McpGuardError {
  /** The class name, stable across bundling. */
  override name = "RpcError";
  /** The number for the JSON-RPC error answer, e.g. -32600. */
  readonly rpcCode: number;
  /** The machine code for the audit, e.g. `rpc.version`. */
  readonly code: string;
  /** The message's id where it could be read validly; else undefined. */
  readonly id: RpcId | undefined;

  /**
   * Makes the error.
   *
   * @param rpcCode The number for the JSON-RPC error answer.
   * @param code The machine code for the audit.
   * @param message One sentence without any text of the peer's.
   * @param id The message's id, where it could be read validly.
   */
  constructor(rpcCode: number, code: string, message: string, id?: RpcId) {
    super(message);
    this.rpcCode = rpcCode;
    this.code = code;
    this.id = id;
  }
}
