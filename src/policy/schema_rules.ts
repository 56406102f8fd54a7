// The closed zod schema of section `rules`.

import * as z from "zod";
import { NAME_PATTERN, URI_PATTERN } from "./schema_access.ts";

const list = <T extends z.ZodType>(
  entry: T,
  description: string,
): z.ZodOptional<z.ZodArray<T>> =>
  z.array(entry).min(1, "an empty list matches nothing").max(1000).optional().meta({ description });

/** One rule. */
const RULE = z.strictObject({
  id: z.string().min(1).max(64).meta({
    description:
      "name of the rule in decisions and records, unique: letters, digits, `_`, `.` and `-`",
    examples: ["payments-need-a-human"],
  }),
  tools: list(
    NAME_PATTERN,
    "tools whose calls it judges, in whatever case, separators or look-alike letters",
  ),
  resources: list(
    URI_PATTERN,
    "resources it judges: those a message names, and URIs and paths in the arguments of a tool",
  ),
  prompts: list(NAME_PATTERN, "prompts whose fetching it judges"),
  methods: list(
    z.string().min(1).max(128).meta({
      description: "MCP method, exactly; `*` is any run of characters",
    }),
    "methods it judges; `tools/call` also means the small frames and the library's calls",
  ),
  identities: list(
    z.string().min(1).max(128).meta({
      description: "name of an identity, exactly; `*` is any run of characters",
    }),
    "only for these identities",
  ),
  roles: list(
    z.string().min(1).max(64).meta({ description: "name of a role" }),
    "only for identities that have one of these roles",
  ),
  direction: z.enum(["c2s", "s2c"]).optional().meta({
    description: "only for messages from the client to the server (`c2s`), or back (`s2c`)",
  }),
  when: z.string().min(1).max(4096).optional().meta({
    description:
      "condition in CEL over `args`, `identity`, `session`, `tool`, `resource`, `method` and `now`; only exactly `true` matches, and an error denies",
    examples: ["args.amount > 100"],
  }),
  effect: z.enum(["deny", "approve", "confirm", "redact", "record", "allow"]).meta({
    description:
      "what is done with a message that matches; of all rules that match, the strictest decides: deny, approve (somebody else agrees first), confirm (the client's own user agrees), redact, record, allow",
  }),
  redact: list(
    z.string().min(1).max(256).meta({
      description: "path of an argument: `args.` and names; `[*]` is every element of a list",
    }),
    "for `effect: redact`: arguments that are replaced by `[redacted]` before the server gets them",
  ),
  reason: z.string().min(1).max(300).optional().meta({
    description: "sentence for the person whose call is refused",
  }),
  mode: z.enum(["enforce", "monitor"]).default("enforce").meta({
    description: "`monitor`: record what the rule would have done, and do nothing",
  }),
});

/** Section `rules`. */
export const RULES = z.array(RULE).max(10_000).default([]).meta({
  description:
    "rules below the lists; all that match are evaluated, the strictest effect wins whatever their order, and none overrides a list's deny",
});
