// The effect `redact` of rules: arguments that the server must not get are replaced in the message itself,
// so that the record's hash and everybody behind the guard see the same.

import type { ArgumentStep, Rule } from "../policy/types.ts";
import { JsonObject, type JsonValue } from "../wire/value.ts";
import type { Inquiry } from "./types.ts";

/** What stands in place of a redacted argument. */
export const REDACTED = "[redacted]";

/**
 * The arguments of a call: of an MCP request, of the small frame, or of the library's call.
 *
 * @param inquiry The message.
 * @returns The tree itself, not a copy; undefined where there are none.
 */
export function argumentsOf(
  { payload, method }: Pick<Inquiry, "payload" | "method">,
): JsonObject | undefined {
  if (!(payload instanceof JsonObject)) return undefined;
  // Each dialect has its own word; the other one would be a member that no server reads.
  const args = payload.get(method === "tool_call" || method === "check" ? "args" : "arguments");
  return args instanceof JsonObject ? args : undefined;
}

/**
 * Replaces the arguments that rules name. Paths that lead nowhere change nothing.
 *
 * @param inquiry The message; its tree is changed.
 * @param rules Rules of effect `redact`.
 * @returns How many values were replaced.
 */
export function applyRedactions(inquiry: Inquiry, rules: readonly Rule[]): number {
  const args = argumentsOf(inquiry);
  if (args === undefined) return 0;
  let count = 0;
  for (const path of rules.flatMap((rule) => rule.redact)) count += replace(args, path);
  if (count > 0) inquiry.redacted = true;
  return count;
}

/** Follows one path; what it visits is bounded by the message. */
function replace(args: JsonObject, path: readonly ArgumentStep[]): number {
  let level: JsonValue[] = [args];
  for (const step of path.slice(0, -1)) level = level.flatMap((value) => children(value, step));
  const last = path.at(-1)!;
  let count = 0;
  for (const value of level) {
    if (typeof last !== "string") {
      if (!Array.isArray(value)) continue;
      count += value.length;
      value.fill(REDACTED);
    } else if (value instanceof JsonObject && value.has(last)) {
      value.set(last, REDACTED);
      count++;
    }
  }
  return count;
}

function children(value: JsonValue, step: ArgumentStep): JsonValue[] {
  if (typeof step !== "string") return Array.isArray(value) ? value : [];
  const child = value instanceof JsonObject ? value.get(step) : undefined;
  return child === undefined ? [] : [child];
}
