// The closed zod schema of section `upstreams`: several servers behind one guard.
// Lists, not mappings with free keys, so that a typo stays an error at every level.

import * as z from "zod";

const namePattern = z.string().min(1).max(512).meta({
  description: "name pattern, as in tools.allow, for the server's own names",
});
const uriPattern = z.string().min(1).max(512).meta({
  description: "URI pattern, as in resources.allow, for the server's own URIs",
});

function narrowing(
  pattern: z.ZodString,
  what: string,
): z.ZodPrefault<
  z.ZodObject<{
    allow: z.ZodDefault<z.ZodArray<z.ZodString>>;
    deny: z.ZodDefault<z.ZodArray<z.ZodString>>;
  }, z.core.$strict>
> {
  return z.strictObject({
    allow: z.array(pattern).max(10_000).default([]).meta({
      description: `${what} of this server that may be used; empty: no narrower than above`,
    }),
    deny: z.array(pattern).max(10_000).default([]).meta({
      description: `${what} of this server that may never be used`,
    }),
  }).prefault({}).meta({
    description: `lists for this server alone; what they and the section ${what} both allow passes`,
  });
}

const upstream = z.strictObject({
  name: z.string().min(1).max(32).meta({
    description:
      "the server's name: `a-z`, `0-9` and single `-`, a letter first; its tools are `NAME__tool` for clients and " +
      "`NAME/tool` in this file",
    examples: ["github"],
  }),
  target: z.string().min(1).max(4096).optional().meta({
    description:
      "the server's address: `http(s)://HOST:PORT/mcp`, `ws(s)://...`, or `sse+http(s)://...` for HTTP+SSE",
    examples: ["https://mcp.example.com/mcp"],
  }),
  command: z.array(z.string().max(4096).meta({ description: "the program, then its arguments" }))
    .min(1).max(256).optional().meta({
      description: "a program to start instead, one for each session",
      examples: [["npx", "-y", "@modelcontextprotocol/server-memory"]],
    }),
  env: z.array(
    z.string().min(1).max(8192).meta({
      description: "`NAME` passes a variable on, `NAME=VALUE` and `NAME=env:OTHER` set one",
    }),
  ).max(256).default([]).meta({
    description:
      "what the program sees of the environment besides PATH, HOME, the locale and the like",
    examples: [["MODE=read-only", "TOKEN=env:GITHUB_TOKEN"]],
  }),
  headers: z.array(z.strictObject({
    name: z.string().min(1).max(128).meta({ description: "name of the header" }),
    value: z.string().min(1).max(256).meta({
      description: "`env:NAME`, or a scheme and `env:NAME`; a secret itself is refused here",
      examples: ["Bearer env:GITHUB_TOKEN"],
    }),
  })).max(32).default([]).meta({
    description: "headers that the guard adds to every request to this address: its credentials",
  }),
  forward_client_credentials: z.boolean().default(false).meta({
    description:
      "true: the client's own `Authorization` goes on to this address; nothing else of its credentials ever does",
  }),
  tools: narrowing(namePattern, "tools"),
  resources: narrowing(uriPattern, "resources"),
  prompts: narrowing(namePattern, "prompts"),
});

/** Section `upstreams`. */
export const UPSTREAMS = z.array(upstream).min(1).max(32).meta({
  description:
    "several servers behind one guard, instead of one on the command line: together under /mcp, /sse, /ws and stdio " +
    "with their names before those of their tools, and each alone under /mcp/NAME, /sse/NAME and /ws/NAME",
});
