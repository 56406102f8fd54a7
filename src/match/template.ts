// RFC 6570 templates, as far as filtering a list needs them: literal texts and gaps, judged in linear time.

import { UriError } from "./errors.ts";
import { normalizePercent } from "./percent.ts";
import type { CanonicalTemplate, TemplateGap, UriList } from "./types.ts";
import { canonicalizeUri, MAX_URI } from "./uri.ts";
import { viewOf } from "./view.ts";

/** Most expressions in one template. */
const MAX_EXPRESSIONS = 64;

/**
 * Takes a resource template apart. Query and fragment, literal or as `{?x}` `{&x}` `{#x}`, are dropped: lists judge
 * scheme, authority and path.
 *
 * @param text The template, at most 8192 UTF-16 units; time is linear.
 * @returns Its literal texts, in the form that patterns see, and its gaps.
 * @throws {UriError} `uri.template` for bad braces and ambiguous neighbours such as `{/a*}{/b*}`; else as
 *   `canonicalizeUri` for the literal texts.
 * @see https://www.rfc-editor.org/rfc/rfc6570
 */
export function canonicalizeTemplate(text: string): CanonicalTemplate {
  if (text.length > MAX_URI) {
    throw new UriError("uri.length", `the template is longer than ${MAX_URI}`);
  }
  const parts: (string | TemplateGap)[] = [];
  let exploded = false;
  let expressions = 0;
  for (let i = 0; i < text.length;) {
    if (text[i] !== "{") {
      const open = text.indexOf("{", i);
      const literal = text.slice(i, open < 0 ? undefined : open);
      const end = literal.search(/[?#]/);
      parts.push(literalText(end < 0 ? literal : literal.slice(0, end), parts.length === 0));
      exploded = false;
      if (end >= 0) break;
      i += literal.length;
      continue;
    }
    const close = text.indexOf("}", i);
    const expression = close < 0 ? "" : text.slice(i + 1, close);
    const match =
      /^([+#./;?&]?)([A-Za-z0-9_.%]+(?:\*|:[0-9]{1,4})?(?:,[A-Za-z0-9_.%]+(?:\*|:[0-9]{1,4})?)*)$/
        .exec(expression);
    if (!match || ++expressions > MAX_EXPRESSIONS) {
      bad("braces that hold no expression, or too many");
    }
    const operator = match[1]!;
    if ("?&#".includes(operator) && operator !== "") break;
    const explode = expression.includes("*");
    if (exploded && explode) bad("neighbouring lists of values, which have no one reading");
    exploded = explode;
    // Before the first slash of a path a value may be anything: "file://{path}" is in wide use.
    const inside = parts.some((p) =>
      typeof p === "string" && /:\/\/[^/]*\/|^[^:]*:(?!\/\/)|^\//.test(p)
    );
    parts.push({ wide: operator === "+" || operator === "/" || explode || !inside });
    i = close + 1;
  }
  const first = parts[0];
  return { template: text, prefix: typeof first === "string" ? first : "", parts };
}

/** A literal text as patterns see it; the first one has scheme and host, as far as they are literal. */
function literalText(text: string, first: boolean): string {
  if (/[\\\p{Cc}\p{Z}\p{Cs}}]/u.test(text) || /%(?:2[EF]|5C)/i.test(text)) {
    throw new UriError("uri.template", "the template's text holds characters that no URI may hold");
  }
  if (/(?:^|\/)\.\.?(?:\/|$)/.test(text)) {
    throw new UriError("uri.segments", "the template's text holds dot segments");
  }
  const slash = text.lastIndexOf("/");
  // A literal text that ends inside the host cannot be canonicalised.
  const whole = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/]*\/|\/(?!\/))/.test(text);
  if (!first || !whole) {
    const scheme = first ? /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(text)?.[0] ?? "" : "";
    return scheme.toLowerCase() + viewOf(normalizePercent(text.slice(scheme.length)));
  }
  const base = canonicalizeUri(text.slice(0, slash + 1)).uri;
  return viewOf(base + normalizePercent(text.slice(slash + 1)));
}

/** Refuses a template. */
function bad(what: string): never {
  throw new UriError("uri.template", `the template has ${what}`);
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
 *
 * @example
 * ```ts
 * import { canonicalizeTemplate, templateVerdict } from "./template.ts";
 * import { compileUriList } from "./urilist.ts";
 * import { expect } from "expect";
 *
 * const deny = compileUriList(["file:///priv/**"]);
 * const allow = compileUriList([]);
 * expect(templateVerdict(canonicalizeTemplate("file:///{path}"), allow, deny, true).visible).toBe(true);
 * expect(templateVerdict(canonicalizeTemplate("file:///priv/{x}"), allow, deny, true).visible).toBe(false);
 * ```
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
