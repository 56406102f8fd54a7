// Which resources and prompts a message names, as its record says it: enough to know later what was used and to write a
// policy from it, and no secret.

import { SCANNERS } from "../detect/mod.ts";
import {
  canonicalizeTemplate,
  canonicalizeUri,
  hideIn,
  recordedTemplate,
  recordedUri,
  UriBudget,
  UriError,
} from "../match/mod.ts";
import type { Policy } from "../policy/types.ts";
import { placeUri } from "./place.ts";
import type { AuditRecord, Inquiry, UriUse } from "./types.ts";
import { withoutSecrets } from "./wording.ts";

/** Resources, and prompts, that one record names; more are counted. */
const MAX_NAMED = 16;

/** UTF-16 units of a URI that are looked at: of longer ones a record keeps less than that. */
const MAX_LOOK = 2048;

/** What of a message's names its record holds. */
export type Named = Pick<AuditRecord, "resources" | "resourcesOmitted" | "prompts">;

/**
 * Says which resources and prompts a message names itself; those in tool arguments are contents.
 *
 * @param policy The compiled policy; `logging.resources: false` names none.
 * @param inquiry The message, placed.
 * @returns What its record says, or undefined where that is nothing.
 */
export function namedBy(
  policy: Policy,
  { uris, names }: Pick<Inquiry, "uris" | "names">,
): Named | undefined {
  const prompts = names.some((use) => use.kind === "prompt")
    ? [...new Set(names.flatMap((use) => use.kind === "prompt" ? [withoutSecrets(use.name)] : []))]
    : [];
  const own = uris.some((use) => use.role !== "argument");
  if (!policy.logging.resources || !own && prompts.length === 0) return undefined;
  return {
    ...(own ? resourcesOf(policy, uris) : {}),
    ...(prompts.length === 0 ? {} : { prompts: prompts.slice(0, MAX_NAMED) }),
  };
}

/**
 * Says which resources came back for one that was asked for, where that is not the same.
 *
 * @param policy The compiled policy.
 * @param inquiry What was asked.
 * @param uris The URIs of the answer.
 * @returns What the record of the outcome says, or undefined where that is nothing.
 */
export function namedInAnswer(
  policy: Policy,
  inquiry: Inquiry,
  uris: readonly UriUse[] | undefined,
): Named | undefined {
  if (uris === undefined || uris.length === 0) return undefined;
  const several = policy.upstreams.length > 0;
  const route = inquiry.context?.upstream;
  const placed = several ? uris.map((use) => placeUri(policy, use, route)) : [...uris];
  const found = namedBy(policy, { uris: placed, names: [] });
  const asked = new Set(namedBy(policy, { uris: inquiry.uris, names: [] })?.resources);
  const others = (found?.resources ?? []).filter((text) => !asked.has(text));
  return others.length === 0 && found?.resourcesOmitted === undefined
    ? undefined
    : { ...found, resources: others };
}

function resourcesOf(policy: Policy, uris: readonly UriUse[]): Named {
  const found = new Set<string>();
  const budget = new UriBudget();
  let omitted = 0;
  for (const use of uris) {
    if (use.role === "argument") continue;
    if (found.size >= MAX_NAMED || !budget.spend(use.uri)) omitted++;
    else {
      const text = recorded(policy, use);
      if (text !== null) found.add(text);
    }
  }
  return {
    resources: [...found],
    ...(omitted === 0 ? {} : { resourcesOmitted: omitted }),
  };
}

/** A URI or template without secrets; null for what has no canonical form and is refused as such. */
function recorded(policy: Policy, { uri, role }: UriUse): string | null {
  try {
    const whole = role === "template"
      ? recordedTemplate(canonicalizeTemplate(uri))
      : recordedUri(canonicalizeUri(uri));
    const text = whole.slice(0, MAX_LOOK);
    const spans = [
      ...SCANNERS.secrets(text),
      ...(policy.detect.pii === null ? [] : SCANNERS.pii(text)),
    ];
    return spans.length === 0 ? text : hideIn(text, spans);
  } catch (error) {
    if (error instanceof UriError) return null;
    throw error;
  }
}
