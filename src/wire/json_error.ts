// Why a JSON text was refused: one stable code, where, and the message id when it was read.
// Messages never carry the document's own text beyond one character.

import { McpGuardError } from "../errors.ts";
import type { JsonValue } from "./value.ts";

/** The stable reasons for which {@link parseJson} refuses a text; audit records carry them. */
export type JsonCode =
  /** Not UTF-8: overlong, surrogate, truncated, above U+10FFFF, or a stray byte. */
  | "json.utf8"
  /** Begins with a byte order mark (RFC 8259 section 8.1). */
  | "json.bom"
  /** Not JSON (RFC 8259). */
  | "json.syntax"
  /** Something but white space after the document. */
  | "json.trailing"
  /** A raw control character in a string, or one that is no white space between tokens. */
  | "json.control_char"
  /** A key twice in one object, compared after unescaping. */
  | "json.duplicate_key"
  /** The key `__proto__`, however escaped. */
  | "json.proto_key"
  /** Half a surrogate pair. */
  | "json.surrogate"
  /** Nested deeper than the limit. */
  | "json.depth"
  /** More values than the limit. */
  | "json.tokens"
  /** More members in one object than the limit. */
  | "json.keys"
  /** More bytes than the limit. */
  | "json.size"
  /** A number that a double cannot hold. */
  | "json.unsafe_number";

/** A JSON text was refused. */
export class JsonError extends McpGuardError {
  /** The class name, stable across bundling. */
  override name = "JsonError";
  /** Which rule was broken. */
  readonly code: JsonCode;
  /** Where: bytes for `json.utf8`, `json.bom` and `json.size`, else UTF-16 units of the text; from 0. */
  readonly offset: number;
  /** The top-level object's `id`, if it was read, is a string or number, and is itself sound. */
  readonly id: JsonValue | undefined;

  /**
   * Makes the error; the offset is put behind the message.
   *
   * @param code Which rule was broken.
   * @param offset Where, from 0.
   * @param message What is wrong; must not quote the document.
   * @param id The message's id, when known.
   */
  constructor(code: JsonCode, offset: number, message: string, id?: JsonValue) {
    super(`${message} at offset ${offset}`);
    this.code = code;
    this.offset = offset;
    this.id = id;
  }
}

/** Names one UTF-16 unit for a message: quoted when it is visible ASCII, by number otherwise. */
export function describeUnit(unit: number): string {
  if (unit > 0x20 && unit < 0x7f) return JSON.stringify(String.fromCharCode(unit));
  return `U+${unit.toString(16).toUpperCase().padStart(4, "0")}`;
}
