// From the values of section `detect` to its form in a policy.

import type { PolicyFile } from "./schema.ts";
import type { DetectConfig } from "./types_detect.ts";

/**
 * Compiles section `detect`.
 *
 * @param section The section, or undefined where the file has none.
 * @returns Which detectors look, and what they do.
 */
export function compileDetect(section: PolicyFile["detect"]): DetectConfig {
  const { injection, hidden_text: hidden, secrets, pii } = section ?? {};
  return {
    injection: injection === undefined ? null : {
      action: injection.action,
      off: new Set(injection.off),
      model: injection.model,
      threshold: {
        descriptions: injection.thresholds.descriptions ?? injection.threshold,
        results: injection.thresholds.results ?? injection.threshold,
        arguments: injection.thresholds.arguments ?? injection.threshold,
      },
    },
    hiddenText: hidden === undefined ? null : { action: hidden.action, off: new Set(hidden.off) },
    secrets: secrets === undefined ? null : { ...secrets, off: new Set(secrets.off) },
    pii: pii === undefined ? null : { ...pii, off: new Set(pii.off) },
  };
}
