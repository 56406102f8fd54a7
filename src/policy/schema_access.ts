// The closed zod schemas of the sections that say who may do what: auth, tools, resources, prompts.
// Every key carries its description; the JSON Schema and the README's reference are generated from them.

import * as z from "zod";
import { JWT } from "./schema_jwt.ts";

const key = z.string().min(1).max(4096).meta({
  description:
    "plain text (visible ASCII), `sha256:` and 64 hex digits, or `env:NAME` for an environment variable",
  examples: ["env:MCPGUARD_KEY"],
});

const keyEntry = z.union([
  key,
  z.strictObject({
    key,
    identity: z.string().min(1).max(128).optional().meta({
      description:
        "name of the caller in rate limits and audit records; without it, `key:` and 8 hex digits of the key's hash",
    }),
    roles: z.array(
      z.string().min(1).max(64).meta({ description: "name of a role" }),
    ).max(100).default([]).meta({ description: "roles of the caller" }),
  }),
]);

/** A pattern of a name. */
export const NAME_PATTERN: z.ZodString = z.string().min(1).max(512).meta({
  description:
    "name pattern: `*` is any run of characters, `?` one character; or `re:` and a linear regex for the whole name",
});

/** A pattern of a URI. */
export const URI_PATTERN: z.ZodString = z.string().min(1).max(512).meta({
  description:
    "URI pattern: `*` is any run of characters but `/`, `**` any run, `?` one; or `re:` and a linear regex",
});

/** Section `auth`. */
export const AUTH = z.strictObject({
  mode: z.enum(["none", "api_key", "bearer", "jwt"]).meta({
    description:
      "how callers prove who they are: not at all, by the header `X-API-Key`, by a token in `Authorization: Bearer`, or by a signed token (JWT) there",
  }),
  allowed_keys: z.array(keyEntry).max(10_000).optional().meta({
    description:
      "keys that mode `api_key` accepts; each plain (a warning below 128 bits), `sha256:HEX`, `env:NAME` or `{key, identity, roles}`",
    examples: [["env:MCPGUARD_KEY"]],
  }),
  allowed_tokens: z.array(keyEntry).max(10_000).optional().meta({
    description: "tokens that mode `bearer` accepts; written like allowed_keys",
  }),
  jwt: JWT.optional(),
}).meta({ description: "who may call; without this section everybody may, as `anonymous`" });

/** Section `tools`. */
export const TOOLS = z.strictObject({
  allow: z.array(NAME_PATTERN).max(10_000).default([]).meta({
    description:
      "tools that may be called; empty: every tool that is not denied, unless `default: deny`",
    examples: [["calculator/*"]],
  }),
  deny: z.array(NAME_PATTERN).max(10_000).default([]).meta({
    description:
      "tools that may never be called, in whatever case, separators or look-alike letters; wins over allow",
    examples: [["admin/*"]],
  }),
  stealth: z.boolean().default(false).meta({
    description:
      "true: a denied call is answered as if the tool did not exist; false: by a readable tool error",
  }),
}).meta({ description: "which tools may be called; lists of tools are filtered alike" });

/** Section `resources`. */
export const RESOURCES = z.strictObject({
  allow: z.array(URI_PATTERN).max(10_000).default([]).meta({
    description:
      "resources that may be read; empty: every resource that is not denied, unless `default: deny`",
    examples: [["file://**/*.md"]],
  }),
  deny: z.array(URI_PATTERN).max(10_000).default([]).meta({
    description: "resources that may never be read; wins over allow",
    examples: [["file://**/.env"]],
  }),
  in_arguments: z.enum(["deny", "enforce", "ignore"]).default("deny").meta({
    description:
      "URIs and paths inside tool arguments are judged by the deny list only (`deny`), by both lists (`enforce`) or not at all (`ignore`)",
  }),
}).meta({ description: "which resources may be read, subscribed to or named" });

/** Section `prompts`. */
export const PROMPTS = z.strictObject({
  allow: z.array(NAME_PATTERN).max(10_000).default([]).meta({
    description:
      "prompts that may be fetched by name; empty: every prompt that is not denied, unless `default: deny`",
  }),
  deny: z.array(NAME_PATTERN).max(10_000).default([]).meta({
    description: "prompts that may never be fetched by name; wins over allow",
  }),
  deny_regex: z.array(
    z.string().min(1).max(1000).meta({
      description: "linear regex in RE2 syntax: `(?i)` but no look-around and no backreference",
    }),
  ).max(1000).default([]).meta({
    description: "a text in which one of these is found is refused as a suspected injection",
    examples: [["(?i)ignore.*instructions"]],
  }),
  max_length: z.int().min(1).max(10_000_000).optional().meta({
    description: "longest prompt text, in characters; without it there is no limit",
  }),
}).meta({ description: "which prompts may be fetched, and what prompt texts may say" });
