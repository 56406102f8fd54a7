// One row of the inspection table, and how rows are written.

import { COMMON_RESULT, META } from "./blocks.ts";
import { object, type Shape } from "./shapes.ts";
import type { Direction, Surface } from "./uses.ts";

/** `legacy`: revisions with `initialize` (to 2025-11-25); `modern`: stateless ones (from 2026-07-28). */
export type Era = "legacy" | "modern";

/** What one MCP method carries. */
export interface MethodSpec {
  /** The method, e.g. `tools/call`. */
  readonly method: string;
  /** Whether it expects an answer. */
  readonly kind: "request" | "notification";
  /** Which ways it may travel. */
  readonly directions: readonly Direction[];
  /** In which eras it exists. */
  readonly eras: readonly Era[];
  /** The extension that must be negotiated first; absent: none. */
  readonly extension?: "tasks" | "skills";
  /** Whether passing costs a token of the rate limit. */
  readonly metered: boolean;
  /** How the parameters are read. */
  readonly params: Shape;
  /** How the answer is read; only for requests. */
  readonly result?: Shape;
}

/** Both eras. */
export const BOTH: readonly Era[] = ["legacy", "modern"];
/** Revisions to 2025-11-25. */
export const LEGACY: readonly Era[] = ["legacy"];
/** Revisions from 2026-07-28. */
export const MODERN: readonly Era[] = ["modern"];

/**
 * The parameters of a method.
 *
 * @param members Members with a meaning, beside `_meta`.
 * @param required Members that must be there.
 * @param surface The surface of texts that no member places elsewhere.
 * @returns The shape.
 */
export function params(
  members: Readonly<Record<string, Shape>> = {},
  required: readonly string[] = [],
  surface: Surface = "other",
): Shape {
  return object({ _meta: META, ...members }, { surface, only: "object", required });
}

/**
 * The answer to a request.
 *
 * @param surface The surface of texts that no member places elsewhere.
 * @param members Members with a meaning, beside those that every result may have.
 * @returns The shape.
 */
export function result(surface: Surface, members: Readonly<Record<string, Shape>> = {}): Shape {
  return object({ ...COMMON_RESULT, ...members }, { surface });
}
