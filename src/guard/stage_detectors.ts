// The operator's own detectors, asked after the policy's: the first that denies decides.

import { textOfBlob } from "../detect/blob.ts";
import { failure } from "./decisions.ts";
import type { Detector, DetectorVerdict } from "./ports.ts";
import type { Detected } from "./stage_detect.ts";
import type { Finding, Inquiry, TextUse } from "./types.ts";

/**
 * Asks detectors one after the other.
 *
 * @param detectors The detectors.
 * @param inquiry What they judge.
 * @returns What they saw, and the refusal of the first that denies.
 */
export async function askDetectors(
  detectors: readonly Detector[],
  inquiry: Inquiry,
): Promise<Detected> {
  const findings: Finding[] = [];
  const asked = { ...inquiry, texts: inquiry.texts.flatMap(read) };
  for (const detector of detectors) {
    let verdict: DetectorVerdict;
    try {
      verdict = await detector.inspect(asked);
    } catch (error) {
      // Failing is denying, for answers as for questions.
      const { decision, detail } = failure("", error);
      const { reason, rule, message } = decision;
      return {
        ruling: { effect: "deny", reason, rule: rule ?? "internal", message, detail },
        findings,
      };
    }
    findings.push(...verdict.findings);
    if (!verdict.deny) continue;
    return {
      ruling: {
        effect: "deny",
        reason: "PromptInjectionSuspected",
        rule: `detectors.${detector.name}`,
        message: `the detector ${detector.name} refused this message`,
      },
      findings,
    };
  }
  return { ruling: null, findings };
}

/** What base64 holds as a text of its own, as a client reads it; pictures and the like are none. */
function read(use: TextUse): TextUse[] {
  if (use.kind !== "blob") return [use];
  const text = textOfBlob(use.text);
  if (text === null) return [];
  const { kind: _, ...plain } = use;
  return [{ ...plain, text }];
}
