// Stage "pins": what a server lists is compared with what was pinned, and what was not pinned is not called.

import type { Policy } from "../policy/types.ts";
import type { JsonValue } from "../wire/mod.ts";
import { JsonObject } from "../wire/value.ts";
import type { ListUse, TextUse } from "../wire/uses.ts";
import { pinnedAs, placeName } from "./place.ts";
import type { PinCheck, PinKind, PinStore } from "./pins.ts";
import type { Answered } from "./requests.ts";
import type { Refusal } from "./rulings.ts";
import type { Shadows } from "./shadows.ts";
import type { Finding, Inquiry } from "./types.ts";
import { quoted } from "./wording.ts";

/** What pins say of an answer. */
export interface PinnedAnswer {
  /** Entries of lists that may not be shown. */
  withheld: ReadonlySet<JsonValue>;
  /** Texts that may not be read. */
  unread: readonly TextUse[];
  /** What was seen. */
  findings: Finding[];
}

/** What stands where instructions may not be read. */
export const CHANGED = "[withheld by mcpguard: changed since it was pinned]";

const KINDS: Readonly<Record<ListUse["kind"], PinKind | null>> = {
  tool: "tool",
  prompt: "prompt",
  template: "template",
  // What a server has to read changes by nature; its templates and the lists of the policy say what may be read.
  resource: null,
};

/**
 * Compares what an answer lists with the pins, before anything of it is changed.
 *
 * @param policy The compiled policy.
 * @param pins The pins, or null where it has none.
 * @param shadows Names that collide.
 * @param answer What came back.
 * @param now Monotonic milliseconds.
 * @returns What may not be shown, and why.
 */
export function judgePins(
  policy: Policy,
  pins: PinStore | null,
  shadows: Shadows,
  answer: Answered,
  now: () => number,
): PinnedAnswer {
  const withheld = new Set<JsonValue>();
  const unread: TextUse[] = [];
  const findings: Finding[] = [];
  const route = answer.context.upstream;
  const several = policy.upstreams.length > 0;
  const place = (name: string): string => several ? placeName(policy, { name }, route).name : name;
  for (const list of answer.uses.lists) {
    if (list.kind === "tool") {
      for (const item of shadows.look(list, isPaged(answer), now(), place)) {
        withheld.add(item);
        findings.push(collision(list, item));
      }
    }
    const kind = KINDS[list.kind];
    if (pins === null || kind === null) continue;
    list.items.forEach((item, index) => {
      const pinned = pinnedAs(policy, kind, list.key, item, route);
      if (pinned === null || withheld.has(item)) return;
      const { name } = pinned;
      const check = pins.check(kind, name, pinned.definition);
      if (check.verdict === "changed" || check.verdict === "unknown") withheld.add(item);
      const finding = findingOf(check, kind, name, `${list.where}[${index}]`);
      if (finding !== null) findings.push(finding);
    });
  }
  if (pins !== null && HANDSHAKES.has(answer.method)) {
    for (const use of answer.uses.texts) {
      const name = whose(use.where, several, route);
      if (name === null) continue;
      const check = pins.check("instructions", name, use.text);
      if (check.verdict === "changed" || check.verdict === "unknown") unread.push(use);
      const finding = findingOf(check, "instructions", name, use.where);
      if (finding !== null) findings.push(finding);
    }
  }
  return { withheld, unread, findings };
}

/** The pin of a text that is a server's instructions: several servers' come by name. Null for any other text. */
function whose(where: string, several: boolean, route: string | undefined): string | null {
  if (where === INSTRUCTIONS) return route ?? "";
  // What is no text is no instruction, but some client may read it as one.
  if (!where.startsWith(`${INSTRUCTIONS}.`) && !where.startsWith(`${INSTRUCTIONS}[`)) return null;
  return several && route === undefined ? where.slice(INSTRUCTIONS.length + 1) : route ?? "";
}

const INSTRUCTIONS = "result.instructions";

const HANDSHAKES: ReadonlySet<string> = new Set(["initialize", "server/discover"]);

/** Whether an answer is one page of several. */
function isPaged(answer: Answered): boolean {
  if (answer.paged === true) return true;
  const result = answer.root instanceof JsonObject ? answer.root.get("result") : undefined;
  return result instanceof JsonObject && result.has("nextCursor");
}

function collision(list: ListUse, item: JsonValue): Finding {
  const name = item instanceof JsonObject ? String(item.get(list.key)) : "";
  return {
    rule_id: "pin_name_collision",
    severity: "high",
    reason: `tool ${quoted(name, 64)} has the name of another tool, perhaps but for case, ` +
      "separators or look-alike letters; neither is shown",
    where: list.where,
  };
}

function findingOf(check: PinCheck, kind: PinKind, name: string, where: string): Finding | null {
  const what = kind === "instructions"
    ? "the server's instructions"
    : `${kind} ${quoted(name, 64)}`;
  switch (check.verdict) {
    case "same":
      return null;
    case "pinned":
      return { rule_id: "pin_new", severity: "low", reason: `${what} is pinned now`, where };
    case "unknown":
      return {
        rule_id: "pin_unknown",
        severity: "high",
        reason: `${what} is not pinned; \`mcpguard pin --update\` pins what the server offers`,
        where,
      };
    case "changed":
      return {
        rule_id: "pin_mismatch",
        severity: "high",
        reason: `${what} is not what was pinned (${check.changed.join(", ")}); ` +
          "`mcpguard pin diff` shows how",
        where,
      };
  }
}

/**
 * Whether the tools and prompts that a message uses are what was pinned.
 *
 * @param pins The pins, or null where the policy has none.
 * @param shadows Names that collide.
 * @param inquiry The message.
 * @returns The refusal, or null.
 */
export function judgePinned(
  pins: PinStore | null,
  shadows: Shadows,
  inquiry: Inquiry,
): Refusal | null {
  // The library's own calls have no server that lists them.
  if (inquiry.direction !== "c2s" || inquiry.method === "check") return null;
  for (const { kind, name } of inquiry.names) {
    if (kind === "tool" && shadows.has(name)) {
      return {
        reason: "PinMismatch",
        rule: "pins.collision",
        message:
          `tool ${quoted(name)} has the name of another tool of this server, perhaps but for ` +
          "case, separators or look-alike letters, so neither may be called",
        detail: "pin.name_collision",
      };
    }
    const usable = pins?.usable(kind, name) ?? "yes";
    if (usable === "yes") continue;
    return {
      reason: "PinMismatch",
      rule: "pins",
      message: usable === "unknown"
        ? `${kind} ${quoted(name)} was never listed by the server, so it is not pinned. List the ` +
          `${kind}s first, or have the operator run \`mcpguard pin --update\``
        : `${kind} ${quoted(name)} is not what was pinned. Its operator may look at it with ` +
          "`mcpguard pin diff` and accept it with `mcpguard pin --update`",
      detail: usable === "unknown" ? `pin.unknown_${kind}` : "pin.mismatch",
    };
  }
  return null;
}
