// What detectors see in a message: the policy's own at once, then the operator's.

import type { Searcher } from "../detect/mod.ts";
import type { Policy } from "../policy/types.ts";
import { noteIdle, type Trace } from "./judge.ts";
import type { GuardPorts } from "./ports.ts";
import { strictest } from "./rulings.ts";
import { type Detected, detectInquiry } from "./stage_detect.ts";
import { askDetectors } from "./stage_detectors.ts";
import type { Inquiry } from "./types.ts";

/** Looks into a message; what is redacted is redacted in place, unless the policy only watches. */
export async function lookInto(
  policy: Policy,
  searcher: Searcher,
  ports: GuardPorts,
  inquiry: Inquiry,
): Promise<Detected> {
  // A policy that only watches replaces nothing.
  const names = policy.mode === "monitor" ? null : ports.pseudonyms;
  const seen = detectInquiry(searcher, inquiry, names);
  if (seen.ruling?.effect === "deny" || ports.detectors.length === 0) return seen;
  const asked = await askDetectors(ports.detectors, inquiry);
  return {
    ruling: strictest(seen.ruling, asked.ruling),
    findings: [...seen.findings, ...asked.findings],
  };
}

/** Says what the policy's own detectors would see, and notes it as a stage; nothing is changed. */
export function explainTexts(searcher: Searcher, inquiry: Inquiry, trace: Trace): Detected {
  if (searcher.idle) {
    noteIdle(trace, "detect", "the policy looks for nothing in texts");
    return { ruling: null, findings: [] };
  }
  const seen = detectInquiry(searcher, inquiry, null);
  const { ruling } = seen;
  trace.push(
    ruling === null
      ? { stage: "detect", verdict: "pass", rule: null, detail: "nothing was seen in any text" }
      : {
        stage: "detect",
        verdict: ruling.effect === "deny" || ruling.effect === "redact" ? ruling.effect : "record",
        rule: ruling.rule,
        detail: ruling.message,
      },
  );
  return seen;
}
