// The operator's own detectors, asked after the policy's about what those left: the first that denies decides.

import { textOfBlob } from "../detect/blob.ts";
import { JsonNumber, JsonObject } from "../wire/value.ts";
import { failure } from "./decisions.ts";
import type { Detector, DetectorVerdict } from "./ports.ts";
import type { Detected } from "./stage_detect.ts";
import type { Finding, Inquiry, TextUse } from "./types.ts";
import { escaped, withoutSecrets } from "./wording.ts";

/**
 * Asks detectors one after the other.
 *
 * @param detectors The detectors.
 * @param inquiry What they judge; its texts are read as they stand in the message by now.
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
    findings.push(...verdict.findings.map(told));
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

/** A text as it would go on: after redaction, and as a client reads it. Pictures and the like are none. */
function read(use: TextUse): TextUse[] {
  const { kind, ...plain } = use;
  const text = standing(use);
  if (kind !== "blob") return [{ ...use, text }];
  const held = textOfBlob(text);
  return held === null ? [] : [{ ...plain, text: held }];
}

function standing({ text, kind, holder, index }: TextUse): string {
  if (holder === undefined || index === undefined) return text;
  if (holder instanceof JsonObject) return kind === "key" ? holder.keys[index] ?? text : text;
  const now = holder[index];
  return typeof now === "string" ? now : now instanceof JsonNumber ? now.raw : text;
}

/** What a detector says goes into records and to callers; it may quote what it was asked about. */
function told(finding: Finding): Finding {
  const { reason, where } = finding;
  return {
    ...finding,
    reason: escaped(withoutSecrets(reason)),
    ...(where === undefined ? {} : { where: escaped(withoutSecrets(where)) }),
  };
}
