// Lists in results: what the client may not use is not shown to it.

import { UriBudget } from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import type { ListUse, UriUse } from "../wire/uses.ts";
import { JsonObject } from "../wire/value.ts";
import type { Refusal } from "./rulings.ts";
import { placeName, placeUri } from "./place.ts";
import { judgeName } from "./stage_names.ts";
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
    const several = policy.upstreams.length > 0;
    if (kind === "tool" || kind === "prompt") {
      const name = { kind, name: value };
      if (!budget.spend(value)) return null;
      return judgeName(policy, several ? placeName(policy, name, route) : name) === null;
    }
    const use: UriUse = { uri: value, role: kind, where: "result" };
    const own = several ? placeUri(policy, use, route) : use;
    if (several && own.upstream === undefined) return false;
    const refusal = judgeUri(policy, own, budget);
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
 * @param route The server that the client's address names, where it names one of several.
 * @returns A refusal where they are longer than can be judged in good time; then nothing of the result may pass.
 */
export function filterLists(
  policy: Policy,
  lists: readonly ListUse[],
  route?: string,
): Refusal | null {
  const budget = new UriBudget();
  for (const list of lists) {
    const kept = [];
    for (const item of list.items) {
      const value = item instanceof JsonObject ? item.get(list.key) : undefined;
      const shown = typeof value === "string" &&
        judgeEntry(policy, list.kind, value, budget, route);
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
