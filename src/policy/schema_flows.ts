// The closed zod schemas of what may not follow on what: labels, flows, flow_state.

import * as z from "zod";
import { NAME_PATTERN, URI_PATTERN } from "./schema_access.ts";

const list = <T extends z.ZodType>(
  entry: T,
  description: string,
): z.ZodOptional<z.ZodArray<T>> =>
  z.array(entry).min(1, "an empty list matches nothing").max(1000).optional().meta({ description });

const hint = (description: string): z.ZodOptional<z.ZodBoolean> =>
  z.boolean().optional().meta({ description });

/** What both sides of a flow, and labels, are told by. */
const SELECTORS = {
  tools: list(
    NAME_PATTERN,
    "tools, in whatever case, separators or look-alike letters; entries of all lists together",
  ),
  resources: list(
    URI_PATTERN,
    "resources: those a message names, URIs and paths in the arguments of a tool, and those whose content a server sends",
  ),
  prompts: list(NAME_PATTERN, "prompts that clients fetch"),
};

const LABEL = z.strictObject({
  ...SELECTORS,
  annotations: z.strictObject({
    readOnlyHint: hint("what the tool says of changing nothing; false where it says nothing"),
    destructiveHint: hint("what it says of destroying; true where it says nothing"),
    idempotentHint: hint("what it says of being called twice; false where it says nothing"),
    openWorldHint: hint(
      "what it says of reaching beyond its own world; true where it says nothing",
    ),
  }).optional().meta({
    description:
      "tools whose server describes them so, all hints together: only ever adds tools, since a server may lie; where it says nothing, what MCP takes for granted counts",
  }),
});

/** Section `labels`. */
export const LABELS = z.record(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/).meta({
    description: "name of the label: letters, digits, `_`, `.` and `-`",
  }),
  LABEL,
).optional().meta({
  description: "names for sets of tools, resources and prompts, for `flows`",
  examples: [{ exfiltrating: { tools: ["http_post"], annotations: { openWorldHint: true } } }],
});

const SIDE = z.strictObject({
  ...SELECTORS,
  labels: list(
    z.string().min(1).max(64).meta({ description: "name of a label from section `labels`" }),
    "everything that has one of these labels",
  ),
  methods: list(
    z.string().min(1).max(128).meta({
      description: "MCP method, exactly; `*` is any run of characters",
    }),
    "MCP methods of either direction; `sampling/createMessage` and `elicitation/create` are how a server asks for more",
  ),
});

const FLOW = z.strictObject({
  id: z.string().min(1).max(64).optional().meta({
    description:
      "name of the flow in decisions and records, unique; what a caller has done is remembered under it, so that the flow may be edited meanwhile",
    examples: ["private-then-out"],
  }),
  after: SIDE.meta({
    description: "what a caller has done, by any of these: kept when it is let through, not later",
  }),
  deny: SIDE.meta({ description: "what the caller may not do from then on, by any of these" }),
  scope: z.enum(["identity"]).default("identity").meta({
    description:
      "whose doing counts: all that an identity does, over whatever sessions; without authentication all callers are one",
  }),
  ttl_s: z.int().min(1).max(2_592_000).default(3600).meta({
    description: "how long it counts, in seconds since it was last done",
  }),
  reason: z.string().min(1).max(300).optional().meta({
    description: "sentence for the person whose call is refused",
  }),
  mode: z.enum(["enforce", "monitor"]).default("enforce").meta({
    description: "`monitor`: record what the flow would have done, and do nothing",
  }),
});

/** Section `flows`. */
export const FLOWS = z.array(FLOW).max(100).default([]).meta({
  description:
    "what may not follow on what: who has read private or untrusted data may not use tools that carry data out",
});

/** Section `flow_state`. */
export const FLOW_STATE = z.strictObject({
  store: z.enum(["memory", "file", "redis"]).default("memory").meta({
    description:
      "where it is kept what callers have done: in this process, in a file, or in Redis, shared by several",
  }),
  file: z.string().min(1).max(4096).optional().meta({
    description: "file of `store: file`, relative to the policy's folder",
    examples: ["/var/lib/mcpguard/flows.json"],
  }),
  redis_dsn: z.string().min(1).max(4096).optional().meta({
    description: "address of Redis for `store: redis`: `redis://`, `rediss://` (TLS) or `env:NAME`",
    examples: ["env:REDIS_URL"],
  }),
}).meta({ description: "where `flows` remember; a store that does not answer refuses" });
