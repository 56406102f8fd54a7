// RFC 6570 templates, as far as filtering a list needs them: literal texts and gaps.

import type { CanonicalTemplate, TemplateGap, UriList } from "./types.ts";

/**
 * Takes a resource template apart.
 *
 * @param text The template, at most 8192 characters.
 * @returns Its parts.
 * @throws {UriError} On a template that has no safe form.
 */
export function canonicalizeTemplate(text: string): CanonicalTemplate {
  const parts: (string | TemplateGap)[] = text.split(/\{[^{}]*\}/).flatMap((
    s,
    i,
  ): (string | TemplateGap)[] => i === 0 ? [s] : [{ wide: true }, s]);
  return { template: text, prefix: String(parts[0]), parts };
}

/** Whether a template is shown, and why. */
export interface TemplateVerdict {
  /** True where the client may see the template. */
  readonly visible: boolean;
  /** Index of the allow pattern that could match (visible) or the deny pattern that covers it (hidden); or -1. */
  readonly index: number;
}

/**
 * Judges a template for a filtered list: visible iff it could make an allowed URI and is not wholly denied.
 *
 * @param template A canonical template.
 * @param allow The allow list.
 * @param deny The deny list.
 * @param emptyAllows What an empty allow list means: true, all that is not denied; false, nothing.
 * @returns The verdict.
 */
export function templateVerdict(
  template: CanonicalTemplate,
  allow: UriList,
  deny: UriList,
  emptyAllows: boolean,
): TemplateVerdict {
  const denied = deny.firstCovering(template);
  if (denied >= 0) return { visible: false, index: denied };
  if (allow.size === 0) return { visible: emptyAllows, index: -1 };
  const index = allow.firstReachable(template);
  return { visible: index >= 0, index };
}
