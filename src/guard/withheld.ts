// Tools that detectors have hidden from lists: what nobody may read is not called either, whoever has its name.

import type { Searcher } from "../detect/mod.ts";
import type { JsonValue } from "../wire/mod.ts";
import type { ListUse } from "../wire/uses.ts";
import { JsonObject } from "../wire/value.ts";
import type { Refusal } from "./rulings.ts";
import type { Inquiry } from "./types.ts";
import { quoted } from "./wording.ts";

/** Names that are remembered at most; servers write them. */
const MAX_NAMES = 20_000;

/** A list before detectors looked at it. */
export interface ListedEntries {
  /** The list, which loses entries. */
  readonly list: ListUse;
  /** All of its entries. */
  readonly items: readonly JsonValue[];
}

/** Remembers which tools were hidden when they were last listed. */
export class Withheld {
  readonly #names = new Set<string>();

  /**
   * Takes note of what is left.
   *
   * @param listed The lists as they were.
   * @param place How a name in the list is known to the guard.
   */
  learn(listed: readonly ListedEntries[], place: (name: string) => string): void {
    for (const { list, items } of listed) {
      if (list.kind !== "tool") continue;
      if (items.length === list.items.length && this.#names.size === 0) continue;
      const left = new Set(list.items);
      const hidden = new Set<string>();
      for (const item of items) {
        const name = item instanceof JsonObject ? item.get(list.key) : undefined;
        if (typeof name !== "string") continue;
        if (left.has(item)) this.#names.delete(place(name));
        else hidden.add(place(name));
      }
      for (const name of hidden) if (this.#names.size < MAX_NAMES) this.#names.add(name);
    }
  }

  /**
   * Refuses the call of a tool that was hidden.
   *
   * @param inquiry The message.
   * @param searcher What is looked for: a policy that looks for nothing any more hides nothing either.
   * @returns The refusal; null for every other message.
   */
  judge({ direction, method, names }: Inquiry, { idle }: Searcher): Refusal | null {
    if (this.#names.size === 0 || idle || direction !== "c2s" || method === "check") return null;
    const use = names.find(({ kind, name }) => kind === "tool" && this.#names.has(name));
    return use === undefined ? null : {
      reason: "PromptInjectionSuspected",
      rule: "detect.withheld",
      message: `tool ${quoted(use.name)} is not shown, since its description was found to be ` +
        "dangerous, so it may not be called either",
      detail: "inject.withheld_tool",
    };
  }
}
