// The closed zod schemas of what asks a human and what a server may ask: approvals, server_requests.

import * as z from "zod";

const DAY_MS = 86_400_000;

/** Section `approvals`. */
export const APPROVALS = z.strictObject({
  admin_keys: z.array(z.strictObject({
    key: z.string().min(1).max(4096).meta({
      description:
        "plain text (visible ASCII), `sha256:` and 64 hex digits, or `env:NAME`; never a key of a client",
      examples: ["env:MCPGUARD_APPROVER_KEY"],
    }),
    identity: z.string().min(1).max(128).meta({
      description: "name of the approver in audit records; nobody approves what they asked for",
    }),
  })).max(1000).default([]).meta({
    description:
      "who may approve or deny, by `mcpguard approvals` or the admin listener; without any, calls that need an approval are refused",
  }),
  wait_ms: z.int().min(0).max(DAY_MS).default(30_000).meta({
    description:
      "time a call is held for its confirmation or approval, in ms; then it is refused with the id, and the same call passes once after the approval",
  }),
  ttl_ms: z.int().min(1000).max(DAY_MS).default(600_000).meta({
    description: "time a request waits, and that a decision then is good for, in ms",
  }),
  per_identity: z.int().min(1).max(1000).default(20).meta({
    description: "requests of one caller that may wait at the same time",
  }),
  store: z.enum(["memory", "file", "redis"]).default("memory").meta({
    description:
      "where requests and decisions are kept: in this process, in a file, or in Redis, shared by several",
  }),
  file: z.string().min(1).max(4096).optional().meta({
    description:
      "file of `store: file`, relative to the policy's folder; several processes on one machine may share it",
    examples: ["/var/lib/mcpguard/approvals.json"],
  }),
  redis_dsn: z.string().min(1).max(4096).optional().meta({
    description: "address of Redis for `store: redis`: `redis://`, `rediss://` (TLS) or `env:NAME`",
    examples: ["env:REDIS_URL"],
  }),
}).meta({ description: "how calls that need a human are held and approved" });

const EFFECTS = ["deny", "confirm", "approve", "allow"] as const;
type Effects = z.ZodEnum<{ [E in (typeof EFFECTS)[number]]: E }>;

const effect = (what: string): z.ZodDefault<Effects> =>
  z.enum(EFFECTS).default("allow").meta({
    description:
      `${what}: refused, shown to the client's user first, approved by somebody else, or passed on`,
  });

/** Section `server_requests`. */
export const SERVER_REQUESTS = z.strictObject({
  sampling: effect("requests of a server to use the client's model"),
  elicitation: z.union([
    z.enum(EFFECTS).meta({ description: "the same for forms and URLs" }),
    z.strictObject({
      form: effect("forms for the user to fill in"),
      url: z.union([
        z.enum(EFFECTS).meta({ description: "the same for every host" }),
        z.strictObject({
          effect: effect("URLs on an allowed host"),
          allow_hosts: z.array(
            z.string().min(1).max(253).meta({
              description: "host, exact, or `*.` and a domain for any host below it",
              examples: ["*.example.com"],
            }),
          ).min(1).max(1000).optional().meta({
            description: "hosts whose `https:` URLs may be opened; every other URL is refused",
          }),
        }),
      ]).default("allow").meta({ description: "pages for the user to open" }),
    }),
  ]).default("allow").meta({ description: "requests of a server to ask the user" }),
  roots: effect("requests of a server for the client's folders"),
}).meta({
  description:
    "what a server may ask of the client, by requests of its own, inside results and tasks, and by errors that name URLs; without this section all of it",
});
