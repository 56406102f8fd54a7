// The fixture's policy with its section `dlp` and `injection: {action: strip}`, in version 1: for cases of what texts hold.

import type { Case } from "./case.ts";
import { FIXTURE } from "./policies.ts";

/** The fixture, and everything that is found in texts is cut out of them. */
export const DLP = `${FIXTURE}detect:
  injection: {action: redact}
  hidden_text: {action: redact}
  secrets: {action: redact}
  pii: {action: redact}
`;

/** The same for secrets alone, and what holds one is refused. */
export const NO_SECRETS = `${FIXTURE}detect: {secrets: {action: deny}}\n`;

/** Whether a case is about what texts hold. */
export function searches(one: Case): boolean {
  return one.class === "dlp" || one.expected.outcome === "redact";
}
