// What a server offers as pins, and how it differs from pins that are there.

import { type PinKind, pinName } from "../guard/mod.ts";
import type { Offer } from "../proxy/survey.ts";
import { type Difference, differences, digestOf, noPins, type Pins } from "../state/mod.ts";
import type { JsonObject, JsonValue } from "../wire/mod.ts";

/** One thing that is not as it was pinned. */
export interface PinChange {
  /** What it is. */
  kind: PinKind;
  /** Its name; empty for instructions. */
  name: string;
  /** `new`: offered and not pinned; `gone`: pinned and not offered; `changed`: both, and not alike. */
  change: "new" | "gone" | "changed";
  /** Where it differs, for `changed`. */
  differences: readonly Difference[];
}

/** The kinds in the order of reports. */
const KINDS: readonly PinKind[] = ["instructions", "tool", "prompt", "template"];

/** The most differences of one definition that are shown. */
export const MOST_SHOWN = 200;

/**
 * Everything that can be pinned of an offer.
 *
 * @param offer What a server offers.
 * @param upstream The server's name, where several stand behind one guard; absent where it is the only one.
 */
export function pinsOf(offer: Offer, upstream?: string): Pins {
  const pins = noPins();
  const pin = (kind: PinKind, name: string, definition: JsonValue): void =>
    void pins[kind].set(pinName(kind, name, upstream), {
      digest: digestOf(definition),
      definition,
    });
  if (offer.instructions !== null) pin("instructions", "", offer.instructions);
  const named = (kind: PinKind, key: string, items: readonly JsonObject[]): void => {
    for (const item of items) {
      const name = item.get(key);
      if (typeof name === "string") pin(kind, name, item);
    }
  };
  named("tool", "name", offer.tools);
  named("prompt", "name", offer.prompts);
  named("template", "uriTemplate", offer.templates);
  return pins;
}

/**
 * Compares pins with what is offered now.
 *
 * @param before What was pinned.
 * @param after What is offered.
 * @returns What is not alike, kind by kind and by name.
 */
export function changesOf(before: Pins, after: Pins): PinChange[] {
  const out: PinChange[] = [];
  for (const kind of KINDS) {
    const names = new Set([...before[kind].keys(), ...after[kind].keys()]);
    for (const name of [...names].sort()) {
      const was = before[kind].get(name);
      const is = after[kind].get(name);
      if (was === undefined) out.push({ kind, name, change: "new", differences: [] });
      else if (is === undefined) out.push({ kind, name, change: "gone", differences: [] });
      else if (was.digest !== is.digest) {
        out.push({
          ...{ kind, name, change: "changed" },
          differences: differences(was.definition, is.definition, MOST_SHOWN),
        });
      }
    }
  }
  return out;
}
