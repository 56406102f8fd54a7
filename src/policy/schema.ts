// The policy file's closed schema, and the JSON Schema that editors read.

import * as z from "zod";
import { AUTH, PROMPTS, RESOURCES, TOOLS } from "./schema_access.ts";
import { APPROVALS, SERVER_REQUESTS } from "./schema_approvals.ts";
import { FLOW_STATE, FLOWS, LABELS } from "./schema_flows.ts";
import { RULES } from "./schema_rules.ts";
import { ROLES } from "./schema_roles.ts";
import { PINS } from "./schema_pins.ts";
import { DETECT } from "./schema_detect.ts";
import { ATTESTATION, LIMITS, LOGGING, RATE_LIMIT } from "./schema_runtime.ts";
import { UPSTREAMS } from "./schema_upstreams.ts";

/** The whole file, version 1. Keys that are not listed are errors at every level. */
export const POLICY_FILE = z.strictObject({
  version: z.literal(1).meta({ description: "version of the file's format: the number 1" }),
  mode: z.enum(["enforce", "monitor"]).default("enforce").meta({
    description:
      "`monitor`: lists, rules, rate limits and detectors decide and record what they would have done, and block nothing",
  }),
  default: z.enum(["allow", "deny"]).default("allow").meta({
    description: "what an empty allow list means: all that is not denied, or nothing",
  }),
  auth: AUTH.optional(),
  tools: TOOLS.prefault({}),
  resources: RESOURCES.prefault({}),
  prompts: PROMPTS.prefault({}),
  rules: RULES,
  labels: LABELS,
  flows: FLOWS,
  flow_state: FLOW_STATE.prefault({}),
  approvals: APPROVALS.prefault({}),
  server_requests: SERVER_REQUESTS.prefault({}),
  roles: ROLES.optional(),
  detect: DETECT.optional(),
  pins: PINS.optional(),
  rate_limit: RATE_LIMIT.optional(),
  limits: LIMITS.prefault({}),
  logging: LOGGING.prefault({}),
  attestation: ATTESTATION.optional(),
  upstreams: UPSTREAMS.optional(),
  policy_end: z.literal(true).optional().meta({
    description:
      "marks the end of the file and must be its last key. Where the policy in force has it, a running guard takes no new one without it, so that a file that is half written is never taken for a whole one",
  }),
}).meta({
  title: "mcpguard policy",
  description: "What callers of MCP servers behind mcpguard may do. Only `version` is needed.",
  examples: [{
    version: 1,
    auth: { mode: "api_key", allowed_keys: ["env:MCPGUARD_KEY"] },
    tools: { allow: ["calculator/*"], deny: ["admin/*"] },
    resources: { allow: ["file://**/*.md"], deny: ["file://**/.env"] },
    prompts: { deny_regex: ["(?i)ignore.*instructions"], max_length: 4000 },
    rate_limit: { capacity: 30, refill_rate_per_sec: 1, backend: "memory" },
    logging: { level: "INFO", output: "stderr" },
    attestation: { enabled: true, alg: "sha256" },
  }],
});

/** The file's values after defaults, still with the file's own key names. */
export type PolicyFile = z.infer<typeof POLICY_FILE>;

/** The part of JSON Schema (draft 2020-12) that the policy schema uses. */
export interface SchemaNode {
  /** Dialect; on the root only. */
  $schema?: string;
  /** Short name. */
  title?: string;
  /** Meaning, with unit. */
  description?: string;
  /** Example values. */
  examples?: readonly unknown[];
  /** JSON type. */
  type?: "object" | "array" | "string" | "number" | "integer" | "boolean";
  /** Members of an object. */
  properties?: { readonly [key: string]: SchemaNode };
  /** Members that must be there. */
  required?: readonly string[];
  /** False, since the schema is closed; where the user chooses the names of the keys: what stands below each. */
  additionalProperties?: boolean | SchemaNode;
  /** What such a name may be. */
  propertyNames?: SchemaNode;
  /** What a text must look like. */
  pattern?: string;
  /** Elements of an array. */
  items?: SchemaNode;
  /** Alternatives. */
  anyOf?: readonly SchemaNode[];
  /** The only value. */
  const?: unknown;
  /** The only values. */
  enum?: readonly unknown[];
  /** Value when the key is missing. */
  default?: unknown;
  /** Least number. */
  minimum?: number;
  /** Greatest number. */
  maximum?: number;
  /** Fewest characters. */
  minLength?: number;
  /** Most characters. */
  maxLength?: number;
  /** Fewest elements. */
  minItems?: number;
  /** Most elements. */
  maxItems?: number;
}

/**
 * The JSON Schema (draft 2020-12) of the policy file, for editors: every key with its description,
 * range and default, closed at every level. Rules over several keys (e.g. `output: file` needs
 * `file_path`) are checked by `parsePolicy` only.
 *
 * @returns A fresh, JSON-serialisable object.
 * @see https://json-schema.org/draft/2020-12
 *
 * @example
 * ```ts
 * import { policyJsonSchema } from "./schema.ts";
 * import { expect } from "expect";
 *
 * expect(policyJsonSchema().properties?.version?.const).toBe(1);
 * ```
 */
export function policyJsonSchema(): SchemaNode {
  return z.toJSONSchema(POLICY_FILE, { io: "input" }) as SchemaNode;
}
