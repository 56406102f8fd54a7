// A decision for people: one line that says it, then why, then (with --explain) every stage.

import type { Decision } from "../guard/mod.ts";
import { EXIT } from "./exit.ts";
import { paint } from "./output.ts";

/** The exit code of a decision. */
export function exitOf(decision: Decision): number {
  if (decision.reason === "InternalError") return EXIT.INTERNAL;
  if (decision.allowed) return EXIT.OK;
  return decision.effect === "confirm" || decision.effect === "approve" ? EXIT.HUMAN : EXIT.DENIED;
}

/** A decision as lines. */
export function decisionLines(decision: Decision, colour: boolean): string[] {
  const verdict = paint(colour, decision.allowed ? "green" : "red", decision.effect.toUpperCase());
  const lines = [
    `${verdict} ${decision.reason}${decision.rule === null ? "" : ` by ${decision.rule}`}`,
  ];
  if (!decision.allowed) lines.push(`  ${decision.message}`);
  for (const finding of decision.findings) {
    lines.push(
      `  finding ${finding.rule_id} (${finding.severity}): ${finding.reason}` +
        (finding.where === undefined ? "" : ` in ${finding.where}`),
    );
  }
  for (const stage of decision.stages ?? []) {
    const mark = stage.verdict === "pass"
      ? paint(colour, "green", "pass")
      : stage.verdict === "skipped"
      ? paint(colour, "dim", "skip")
      : paint(colour, "red", stage.verdict);
    lines.push(
      `  ${mark}  ${stage.stage}: ${stage.rule === null ? "" : `${stage.rule}: `}${stage.detail}`,
    );
  }
  return lines;
}
