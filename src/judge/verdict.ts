// Reads a judge's answer strictly: what cannot be read has not said that a message is clean.

import type { DetectorVerdict } from "../guard/ports.ts";
import type { Finding } from "../guard/types.ts";
import { JsonError, JsonObject, type JsonValue, parseJson } from "../wire/mod.ts";

/** The most findings that are taken from one answer. */
const MAX_FINDINGS = 16;

/**
 * Reads `{"deny": true|false, "findings": [{"rule_id", "severity", "reason", "where"?}]}`.
 *
 * @param bytes The answer's body.
 * @returns The verdict, or null where it is none.
 */
export function readVerdict(bytes: Uint8Array): DetectorVerdict | null {
  let root: JsonValue;
  try {
    root = parseJson(bytes, { depth: 8 });
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
  if (!(root instanceof JsonObject)) return null;
  const deny = root.get("deny");
  if (typeof deny !== "boolean") return null;
  const listed = root.get("findings") ?? [];
  if (!Array.isArray(listed)) return null;
  const findings: Finding[] = [];
  for (const entry of listed.slice(0, MAX_FINDINGS)) {
    const finding = readFinding(entry);
    if (finding === null) return null;
    findings.push(finding);
  }
  if (deny && findings.length === 0) {
    findings.push({ rule_id: "judge", severity: "high", reason: "the judge refused this message" });
  }
  return { deny, findings };
}

function readFinding(entry: JsonValue): Finding | null {
  if (!(entry instanceof JsonObject)) return null;
  const [id, severity, reason, where] = ["rule_id", "severity", "reason", "where"].map((key) =>
    entry.get(key)
  );
  if (typeof id !== "string" || !/^[A-Za-z0-9_.-]{1,64}$/.test(id)) return null;
  if (severity !== "low" && severity !== "medium" && severity !== "high") return null;
  return {
    rule_id: `judge_${id}`,
    severity,
    reason: typeof reason === "string" ? reason.slice(0, 300) : "the judge saw something",
    ...(typeof where === "string" ? { where: where.slice(0, 200) } : {}),
  };
}
