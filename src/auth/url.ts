// Credentials in a URL end in access logs, histories and Referer headers: the listener refuses them (auth.in_url).

const NAMES: ReadonlySet<string> = new Set([
  "key",
  "apikey",
  "xapikey",
  "token",
  "accesstoken",
  "authtoken",
  "authorization",
  "bearer",
]);

/**
 * Whether a URL carries a credential: user information before the host, or a parameter with the name of a key or a
 * token in the query or the fragment, e.g. `api_key`, `key`, `token`, `access_token` (RFC 6750 section 2.3 has the
 * last one; RFC 9700 section 4.3.2 and the MCP specification forbid it). Names are compared after percent-decoding,
 * without case, `-` and `_`.
 *
 * @param url A URL or a request target such as `/ws?api_key=x`. The value is neither judged nor kept.
 * @returns Whether to refuse it.
 * @example
 * ```ts
 * import { credentialInUrl } from "./url.ts";
 * import { expect } from "expect";
 *
 * expect(credentialInUrl("/ws?api_key=x")).toBe(true);
 * expect(credentialInUrl("/ws?monkey=x")).toBe(false);
 * ```
 */
export function credentialInUrl(url: string): boolean {
  const mark = url.search(/[?#]/);
  const base = mark < 0 ? url : url.slice(0, mark);
  const authority = base.indexOf("://");
  if (authority >= 0 && base.slice(authority + 3).split("/", 1)[0]!.includes("@")) return true;
  if (mark < 0) return false;
  return url.slice(mark + 1).split(/[&;?#]/).some((pair) => {
    const equals = pair.indexOf("=");
    return NAMES.has(bareName(equals < 0 ? pair : pair.slice(0, equals)));
  });
}

function bareName(name: string): string {
  // Longer than any listed name even with every character encoded.
  if (name.length > 64) return "";
  const decoded = name.replace(
    /%[0-9A-Fa-f]{2}/g,
    (code) => String.fromCharCode(parseInt(code.slice(1), 16)),
  );
  return decoded.replace(/[-_+ ]/g, "").toLowerCase();
}
