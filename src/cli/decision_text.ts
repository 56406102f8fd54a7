// A decision for people: one line that says it, then why, then (with --explain) every stage.

import type { Decision, StageTrace } from "../guard/mod.ts";
import { EXIT } from "./exit.ts";
import { paint, printable } from "./output.ts";

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
  if (!decision.allowed || decision.effect === "redact") {
    lines.push(`  ${printable(decision.message)}`);
  }
  if (decision.wouldBe !== undefined) {
    const { effect, reason, rule, message } = decision.wouldBe;
    const would = paint(colour, "yellow", `would be ${effect.toUpperCase()}`);
    lines.push(
      `  mode monitor: ${would} ${reason}${rule === null ? "" : ` by ${rule}`}`,
      `  ${printable(message)}`,
    );
  }
  for (const finding of decision.findings) {
    const where = finding.where === undefined ? "" : ` in ${finding.where}`;
    lines.push(
      printable(`  finding ${finding.rule_id} (${finding.severity}): ${finding.reason}${where}`),
    );
  }
  const stages = decision.stages ?? [];
  if (stages.length > 0) lines.push("stages:");
  const deciding = decision.allowed ? -1 : stages.findIndex((s) => REFUSES.has(s.verdict));
  const width = Math.max(0, ...stages.map((s) => s.stage.length));
  stages.forEach((stage, i) => {
    const rule = stage.rule === null ? "" : `${stage.rule}: `;
    const text = printable(`${stage.stage.padEnd(width)}  ${rule}${stage.detail}`);
    lines.push(`  ${mark(stage, colour)}  ${text}${i === deciding ? "  <- decides" : ""}`);
  });
  return lines;
}

const REFUSES: ReadonlySet<StageTrace["verdict"]> = new Set(["deny", "throttle"]);

function mark(stage: StageTrace, colour: boolean): string {
  if (stage.verdict === "skipped") return paint(colour, "dim", "-   ");
  return paint(colour, REFUSES.has(stage.verdict) ? "red" : "green", stage.verdict.padEnd(4));
}
