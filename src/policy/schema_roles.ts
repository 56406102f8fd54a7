// The closed zod schema of section roles: lists that narrow, for callers with a role, what the policy allows to all.

import * as z from "zod";
import { NAME_PATTERN, URI_PATTERN } from "./schema_access.ts";

function lists<P extends z.ZodType>(
  pattern: P,
  what: string,
): z.ZodPrefault<
  z.ZodObject<
    { allow: z.ZodDefault<z.ZodArray<P>>; deny: z.ZodDefault<z.ZodArray<P>> },
    z.core.$strict
  >
> {
  const list = (description: string): z.ZodDefault<z.ZodArray<P>> =>
    z.array(pattern).max(10_000).default([]).meta({ description }) as z.ZodDefault<z.ZodArray<P>>;
  return z.strictObject({
    allow: list(
      `${what} that the role allows, of those that the policy allows to all; empty: all of those that the role does not deny`,
    ),
    deny: list(
      `${what} that a caller with this role may never use, whatever other roles the caller has`,
    ),
  }).prefault({}).meta({ description: `${what}, narrowed for the role` }) as never;
}

const role = z.strictObject({
  tools: lists(NAME_PATTERN, "tools"),
  resources: lists(URI_PATTERN, "resources"),
  prompts: lists(NAME_PATTERN, "prompts"),
}).meta({
  description:
    "lists of one role; a caller may do what the lists of the policy allow and at least one of the caller's roles with an entry here allows, and none of them denies",
});

/** Section `roles`. */
export const ROLES = z.record(z.string().min(1).max(64), role).meta({
  description:
    "lists that narrow, for callers with a role, what the other sections allow; they never widen it. A caller none of whose roles has an entry here is judged by the entry `*`, or without one by the other sections alone",
  examples: [{ viewer: { tools: { allow: ["read_*", "list_*"] } } }],
});
