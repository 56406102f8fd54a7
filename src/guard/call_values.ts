// Values of the library's callers: copied before they are judged, so that what runs is what was judged.

import { JsonObject, type Plain, toPlain } from "../wire/mod.ts";
import type { Inquiry } from "./types.ts";

/** A copy of a call's arguments. Members that are undefined are absent, as in JSON. */
export function copyOf<A>(args: A): A {
  let copy: A;
  try {
    copy = structuredClone(args);
  } catch {
    throw new TypeError("arguments must be JSON values");
  }
  const seen = new Set<unknown>();
  const waiting: unknown[] = [copy];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (typeof at !== "object" || at === null || seen.has(at)) continue;
    seen.add(at);
    const members = at as Record<string, unknown>;
    for (const key of Object.keys(members)) {
      if (members[key] !== undefined) waiting.push(members[key]);
      else if (!Array.isArray(at)) delete members[key];
    }
  }
  return copy;
}

/** The arguments after redaction, as the tool takes them. */
export function redactedArguments(inquiry: Inquiry): Plain | undefined {
  const args = inquiry.payload instanceof JsonObject ? inquiry.payload.get("args") : undefined;
  return args === undefined ? undefined : toPlain(args);
}
