// Lists in results: what the client may not use is not shown to it.

import { UriBudget } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import type { ListUse } from "../wire/uses.ts";
import { JsonObject } from "../wire/value.ts";
import type { Refusal } from "./rulings.ts";
import { nameEntry, uriEntry } from "./place.ts";
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
 * @param route The server that the client's address names, where it names one of several.
 * @returns True when the client may use it; null when the budget is spent.
 */
export function judgeEntry(
  policy: Policy,
  kind: ListUse["kind"],
  value: string,
  budget: UriBudget,
  route?: string,
): boolean | null {
  try {
    if (kind === "tool" || kind === "prompt") {
      if (!budget.spend(value)) return null;
      return judgeName(policy, nameEntry(policy, kind, value, route)) === null;
    }
    const use = uriEntry(policy, kind, value, route);
    if (use === null) return false;
    const refusal = judgeUri(policy, use, budget);
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
 * @param about The server that the client's address names, where it names one of several; and the check by the
 * caller's roles.
 * @returns A refusal where they are longer than can be judged in good time; then nothing of the result may pass.
 */
export function filterLists(
  policy: Policy,
  lists: readonly ListUse[],
  about: { route?: string | undefined; roles?: RoleScreen | null } = {},
): Refusal | null {
  const budget = new UriBudget();
  for (const list of lists) {
    const kept = [];
    for (const item of list.items) {
      const value = item instanceof JsonObject ? item.get(list.key) : undefined;
      let shown = typeof value === "string" &&
        judgeEntry(policy, list.kind, value, budget, about.route);
      if (shown === true && about.roles) {
        shown = about.roles.entry(list.kind, value as string, about.route);
      }
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
