// Warnings about approvals: weak keys of approvers, and calls that wait for somebody who does not exist.

import { keyBits } from "./lint.ts";
import type { PathWarning } from "./lint_patterns.ts";
import type { PolicyFile } from "./schema.ts";

/** Everything odd about who approves what. */
export function lintApprovals(values: PolicyFile): PathWarning[] {
  const out: PathWarning[] = [];
  values.approvals.admin_keys.forEach(({ key }, i) => {
    if (key.startsWith("sha256:") || key.startsWith("env:")) return;
    const weak = keyBits(key) < 128;
    out.push({
      code: weak ? "weak_key" : "plain_key",
      message: weak
        ? "may be guessed: fewer than 128 bits; `mcpguard key new` prints a strong key and its hash"
        : "stands here in plain text; write its `sha256:HEX`, or `env:NAME`",
      path: ["approvals", "admin_keys", i, "key"],
    });
  });
  if (values.approvals.admin_keys.length > 0) return out;
  const nobody = (path: (string | number)[], effect: string): void =>
    void out.push({
      code: "no_approver",
      message: effect === "approve"
        ? "nobody may approve: without `approvals.admin_keys` this is a denial"
        : "nobody may approve: without `approvals.admin_keys` this is a denial for clients that cannot ask their user",
      path,
    });
  values.rules.forEach(({ effect }, i) => {
    if (effect === "approve" || effect === "confirm") nobody(["rules", i, "effect"], effect);
  });
  const { sampling, roots, elicitation } = values.server_requests;
  for (const [key, effect] of Object.entries({ sampling, roots, elicitation })) {
    if (effect === "approve") nobody(["server_requests", key], effect);
  }
  return out;
}
