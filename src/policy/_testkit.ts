// Shared by this room's tests: the mission's policy, and problems and warnings as short lines.

import { lintPolicy } from "./parse.ts";

/** The policy file that the mission prescribes; it must load unchanged. */
export const MISSION = `version: 1
auth: { mode: api_key, allowed_keys: [demo-key] }
tools: { allow: ["calculator/*"], deny: ["admin/*"] }
resources: { allow: ["file://**/*.md"], deny: ["file://**/.env"] }
prompts: { deny_regex: ["(?i)ignore.*instructions", "(?i)exfiltrate"], max_length: 4000 }
rate_limit: { capacity: 30, refill_rate_per_sec: 1.0, backend: memory }
logging: { level: INFO, output: stderr }
attestation: { enabled: true, alg: sha256 }
`;

/**
 * @param text A policy.
 * @returns Its problems as `line:column path: message [suggestion]`.
 */
export function problemsOf(text: string): string[] {
  return lintPolicy(text, "p.yaml").problems.map((p) =>
    `${p.line}:${p.column} ${p.path}: ${p.message}${p.suggestion ? ` [${p.suggestion}]` : ""}`
  );
}

/**
 * @param text A policy that loads.
 * @returns Its warnings as `line:column path code`.
 */
export function warningsOf(text: string): string[] {
  const report = lintPolicy(text, "p.yaml");
  if (!report.policy) throw new Error(`does not load: ${JSON.stringify(report.problems)}`);
  return report.warnings.map((w) => `${w.line}:${w.column} ${w.path} ${w.code}`);
}
