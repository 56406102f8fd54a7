// Lists in results: what the client may not use is not shown to it.

import { UriBudget } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import type { ListUse } from "../wire/uses.ts";
import { JsonObject } from "../wire/value.ts";
import type { Refusal } from "./rulings.ts";
import { judgeName } from "./stage_names.ts";
import type { RoleScreen } from "./stage_roles.ts";
import { judgeUri } from "./stage_uris.ts";

/**
 * Whether a list entry may be shown: the lists only.
 *
 * @param policy The compiled policy.
 * @param kind Which list judges it.
 * @param value The name, URI or template.
 * @param budget Bounds what the entries of one result cost together.
 * @returns True when the client may use it; null when the budget is spent.
 */
export function judgeEntry(
  policy: Policy,
  kind: ListUse["kind"],
  value: string,
  budget: UriBudget,
): boolean | null {
  try {
    if (kind === "tool" || kind === "prompt") {
      if (!budget.spend(value)) return null;
      return judgeName(policy, { kind, name: value }) === null;
    }
    const refusal = judgeUri(policy, { uri: value, role: kind, where: "result" }, budget);
    return refusal?.reason === "LimitExceeded" ? null : refusal === null;
  } catch {
    return false;
  }
}

/**
 * Takes the entries that the client may not use out of the lists, in place.
 *
 * @param policy The compiled policy.
 * @param lists The lists of one result.
 * @param roles The check by the caller's roles, or null.
 * @returns A refusal where they are longer than can be judged in good time; then nothing of the result may pass.
 */
export function filterLists(
  policy: Policy,
  lists: readonly ListUse[],
  roles: RoleScreen | null = null,
): Refusal | null {
  const budget = new UriBudget();
  for (const list of lists) {
    const kept = [];
    for (const item of list.items) {
      const value = item instanceof JsonObject ? item.get(list.key) : undefined;
      let shown = typeof value === "string" && judgeEntry(policy, list.kind, value, budget);
      if (shown === true && roles !== null) shown = roles.entry(list.kind, value as string);
      if (shown === null) {
        return {
          reason: "LimitExceeded",
          rule: "limits.list",
          message: `${list.where} holds more entries than can be judged in one answer; ` +
            "the server must answer in pages",
          detail: "list.count",
        };
      }
      if (shown) kept.push(item);
    }
    list.items.splice(0, list.items.length);
    for (const item of kept) list.items.push(item);
  }
  return null;
}
