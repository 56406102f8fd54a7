// Warnings about flows: those that can never refuse, labels that nobody uses, callers who are not told apart.

import { covers, nameTokens } from "./contain.ts";
import type { PathWarning } from "./lint_patterns.ts";
import type { PolicyFile } from "./schema.ts";

/**
 * Looks flows and labels over.
 *
 * @param values The file's values after defaults.
 * @returns Warnings in no order.
 */
export function lintFlows(values: PolicyFile): PathWarning[] {
  const out: PathWarning[] = [];
  const { flows, labels = {} } = values;
  const used = new Set(flows.flatMap(({ after, deny }) => [after, deny].flatMap((s) => s.labels)));
  for (const name of Object.keys(labels)) {
    if (used.has(name)) continue;
    out.push({ code: "unused", message: "no flow names this label", path: ["labels", name] });
  }
  if (flows.length === 0) return out;
  if ((values.auth?.mode ?? "none") === "none") {
    out.push({
      code: "shared_flows",
      message:
        "without authentication all callers are one: what one of them has read counts for all",
      path: ["flows"],
    });
  }
  const denied = values.tools.deny.map((pattern) => nameTokens(pattern, true));
  flows.forEach(({ after, deny, mode }, i) => {
    const warn = (code: string, message: string, ...path: string[]): void =>
      void out.push({ code, message, path: ["flows", i, ...path] });
    if (mode === "monitor") warn("monitor", "this flow blocks nothing, it only records", "mode");
    const names = (deny.tools ?? []).map((pattern) => nameTokens(pattern, true));
    const { tools: _, ...others } = deny;
    const only = Object.values(others).every((one) => one === undefined);
    if (
      only && names.length > 0 &&
      names.every((own) => own !== null && denied.some((d) => d !== null && covers(d, own)))
    ) {
      warn("unreachable", "tools.deny refuses every tool that it names anyhow", "deny", "tools");
    }
    if (values.resources.in_arguments === "ignore" && after.resources !== undefined) {
      const message = "`resources.in_arguments: ignore` keeps the paths of tool arguments from it";
      warn("unchecked_arguments", message, "after", "resources");
    }
  });
  return out;
}
