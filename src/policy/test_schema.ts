// The closed zod schema of a file of policy tests. Every key carries its description; the README's table is made from it.

import * as z from "zod";

const EFFECTS = ["allow", "deny", "redact", "record", "confirm", "approve"] as const;
const text = (most: number, description: string): z.ZodString =>
  z.string().min(1).max(most).meta({ description });
const texts = (least: number, description: string): z.ZodArray<z.ZodString> =>
  z.array(z.string().min(1).max(4096)).min(least).max(1000).meta({ description });
const mapping = (description: string): z.ZodRecord<z.ZodString, z.ZodUnknown> =>
  z.record(z.string(), z.unknown()).meta({ description });

/** What a case may say of a decision beside its effect. */
const WHY = {
  rule: text(300, "rule that decides, e.g. `rules.big` or `tools.deny[0]`").optional(),
  reason: text(64, "reason of the decision, e.g. `PromptInjectionSuspected`").optional(),
};

/** What a case may say of what was seen and replaced. */
const SEEN = {
  findings: texts(1, "ids of findings that must be among those found, e.g. `secret_aws_access_key`")
    .optional(),
  redacted: texts(
    0,
    "every place that is replaced and no other, e.g. `args.card`, `result.content[0].text`; `[]` for none",
  ).optional(),
};

/** A message: one of `tool`, `prompt_name`, `resource` and `method`, and what goes with it. */
const MESSAGE = {
  tool: text(256, "tool that is called").optional(),
  args: mapping("arguments of the tool or prompt").optional(),
  prompt: z.string().max(1_048_576).optional().meta({
    description: "prompt that led to the call; the call is then a small frame",
  }),
  resources: texts(1, "URIs that the call declares; the call is then a small frame").optional(),
  annotations: z.strictObject({
    title: z.string().max(256).optional().meta({ description: "its title" }),
    readOnlyHint: z.boolean().optional().meta({ description: "it changes nothing" }),
    destructiveHint: z.boolean().optional().meta({ description: "it may destroy" }),
    idempotentHint: z.boolean().optional().meta({ description: "twice is no more than once" }),
    openWorldHint: z.boolean().optional().meta({ description: "it reaches beyond its own world" }),
  }).optional().meta({ description: "what the server has said of the tool in its list" }),
  prompt_name: text(256, "prompt that is fetched (`prompts/get`)").optional(),
  resource: text(4096, "URI that is read (`resources/read`)").optional(),
  method: text(128, "any other MCP method, e.g. `sampling/createMessage`").optional(),
  params: mapping("its parameters").optional(),
  direction: z.enum(["c2s", "s2c"]).optional().meta({
    description: "way of the method: from the client (`c2s`, the default), or the server (`s2c`)",
  }),
};

/** What is answered to a message. */
const ANSWERED = {
  text: z.string().max(1_048_576).optional().meta({ description: "its one text" }),
  value: mapping("the whole result, where it is more than a text").optional(),
};

/** One case. */
const CASE = z.strictObject({
  name: text(200, "what the case says; unique in its file"),
  ...MESSAGE,
  before: z.array(z.strictObject({
    ...MESSAGE,
    result: z.strictObject(ANSWERED).optional().meta({ description: "what is answered to it" }),
  })).min(1).max(100).optional().meta({
    description:
      "messages that the same caller has sent before, for `flows`; each must pass, and is written like a case",
  }),
  identity: text(256, "who calls; without it and without roles, `anonymous`").optional(),
  roles: texts(1, "roles of the caller").optional(),
  upstream: text(64, "server whose own address the client uses, of several").optional(),
  transport: text(32, "what rules read as `session.transport`").optional(),
  now: text(40, 'time of the case with its zone; without it `"2026-01-01T12:00:00Z"`').optional(),
  expect: z.enum(EFFECTS).meta({
    description:
      "what is decided; `record` is an `allow` of which a rule or detector takes note, and `allow` means both",
  }),
  ...WHY,
  detail: text(300, "machine code in the record, e.g. `rule_error:big`, `json.unsafe_number`")
    .optional(),
  ...SEEN,
  becomes: mapping("all arguments as the server gets them").optional(),
  would_be: z.strictObject({
    expect: z.enum(EFFECTS).meta({ description: "what would be decided; `allow`: nothing else" }),
    ...WHY,
  }).optional().meta({
    description: "what would be decided if policy or rule did not only watch (`mode: monitor`)",
  }),
  result: z.strictObject({
    ...ANSWERED,
    expect: z.enum(["allow", "redact", "deny", "record"]).meta({
      description: "what becomes of it: it passes, passes in part, or is withheld",
    }),
    ...WHY,
    ...SEEN,
    becomes: z.unknown().optional().meta({
      description: "what the client gets: the text for `text`, the result for `value`",
    }),
  }).optional().meta({ description: "what is answered to the message, and what becomes of that" }),
});

/** A file of tests. */
export const TESTS = z.strictObject({
  policy: text(4096, "the policy, from this file's folder"),
  cases: z.array(CASE).min(1).max(10_000).meta({ description: "the cases" }),
}).meta({ description: "cases that `mcpguard test` tries on a policy" });

/** What the schema makes of one case. */
export type CaseValues = z.infer<typeof CASE>;
