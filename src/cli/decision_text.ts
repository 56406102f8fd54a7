// A decision for people: one line that says it, then why, then (for `mcpguard explain`) every stage.

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
  const [deciding, words] = decidingStage(decision);
  const width = Math.max(0, ...stages.map((s) => s.stage.length));
  const marks = Math.max(4, ...stages.map((s) => markOf(s).length));
  stages.forEach((stage, i) => {
    const rule = stage.rule === null ? "" : `${stage.rule}: `;
    const mark = paint(colour, COLOURS[stage.verdict], markOf(stage).padEnd(marks));
    const text = printable(`${stage.stage.padEnd(width)}  ${rule}${stage.detail}`);
    lines.push(`  ${mark}  ${text}${i === deciding ? `  <- ${words}` : ""}`);
  });
  return lines;
}

/** The stage that decides, or would if policy or rule did not only watch; -1 where none has anything against the call. */
function decidingStage(decision: Decision): readonly [number, string] {
  const { effect, rule } = decision.wouldBe ?? decision;
  const stages = decision.stages ?? [];
  const named = (s: StageTrace): boolean =>
    s.rule === rule && (s.verdict === effect || decision.wouldBe !== undefined);
  const words = decision.wouldBe === undefined ? "decides" : "would decide";
  return [effect === "allow" ? -1 : stages.findIndex(named), words];
}

const COLOURS: Readonly<Record<StageTrace["verdict"], Parameters<typeof paint>[1]>> = {
  ...{ deny: "red", throttle: "red", approve: "yellow", confirm: "yellow" },
  ...{ redact: "green", record: "green", pass: "green", skipped: "dim" },
};

/** What a stage said; a dash where it had nothing to say. */
function markOf({ verdict }: StageTrace): string {
  return verdict === "skipped" ? "-" : verdict;
}
