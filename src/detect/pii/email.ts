// E-mail addresses (RFC 5321, the part of its syntax that people use), but not those that are made to be examples.

import type { SpanFinding } from "../types.ts";

const LOCAL = table("._%+-'");
const DOMAIN = table(".-");

function table(signs: string): Uint8Array {
  const out = new Uint8Array(128);
  for (let c = 0; c < 128; c++) {
    const letter = (c > 0x40 && c < 0x5b) || (c > 0x60 && c < 0x7b) || (c > 0x2f && c < 0x3a);
    if (letter || signs.includes(String.fromCharCode(c))) out[c] = 1;
  }
  return out;
}

/** Longest local part (RFC 5321, section 4.5.3.1.1) and longest domain that is looked at. */
const MAX_LOCAL = 64;
const MAX_DOMAIN = 120;

/** Names that nobody's mail goes to (RFC 2606). */
const NOBODY = /(?:^|\.)example\.(?:com|org|net|edu)$/i;

/** Top-level names that lead nowhere (RFC 2606, RFC 6762). */
const NOWHERE = ["example", "test", "invalid", "local", "localhost", "internal"];

/** What documents write in place of a name: `your-company.com`, `domain.com`. */
const STAND_IN =
  /^(?:your|my|our)?-?(?:company|domain|email|mail|site|server|host|org|corp|website|abc|xyz|foo|bar|test|acme|sample|work|school|client|provider|contoso)\d?$/i;

/** Addresses of machines, of offices and of nobody in particular. */
const MACHINE =
  /^(?:git|noreply|no-?reply|do-?not-?reply|root|admin|postmaster|mailer-daemon|user(?:name)?\d{0,2}|name|email|you|me|someone|first\.?last|john\.?doe|jane\.?doe|foo|bar|test\w{0,8}|contoso|fabrikam|acme|octocat|abuse\S{0,20})$/i;

/** Words for an office: `info`. */
const OFFICE =
  /^(?:hello|hi|security|secure|legal|privacy|press|jobs|careers|office|conduct|opensource|opencode|webmaster|hostmaster|marketing|accounts|orders|invoices?)$/i;

/** Such words also behind another, where they are nobody's family name: `product-feedback`, `world.news`. */
const OFFICE_END =
  /(?:^|[._+-])(?:info|news|support|help|contact|sales|billing|service|team|feedback|newsletter|updates?|alerts?|notifications?|training|translations?|noreply|allowlist|bot)$/i;

/** Domains whose addresses are accounts of programs, or stand for somebody who shows no address. */
const PROGRAMS = /(?:^|\.)(?:gserviceaccount\.com|noreply\.github\.com|noreply\.gitlab\.com)$/i;

/**
 * The address around an `@`.
 *
 * @param text The text.
 * @param at Where the `@` stands.
 * @param past What was looked at already.
 */
export function emailAt(text: string, at: number, past: number): SpanFinding | null {
  let start = at;
  const first = Math.max(past, at - MAX_LOCAL);
  while (start > first && inside(text.charCodeAt(start - 1), LOCAL)) start--;
  while (start < at && !isWord(text.charCodeAt(start))) start++;
  if (start === at || !isWord(text.charCodeAt(at - 1))) return null;
  const before = start > 0 ? text[start - 1] : "";
  // In `https://user@host`, `//a:b@host` and `npm:pkg@1.2.3` nobody is written to.
  if (before === "/" || before === "@" || before === ":" && text[start - 2] === "/") return null;
  let end = at + 1;
  const stop = Math.min(text.length, at + MAX_DOMAIN);
  while (end < stop && inside(text.charCodeAt(end), DOMAIN)) end++;
  while (end > at && !isWord(text.charCodeAt(end - 1))) end--;
  if (text[end] === ":" || text[end] === "/" || !isDomain(text, at + 1, end)) return null;
  const local = text.slice(start, at);
  if (MACHINE.test(local) || OFFICE.test(local) || OFFICE_END.test(local)) return null;
  return {
    rule_id: "pii_email",
    severity: "medium",
    reason: "an e-mail address",
    start,
    end,
  };
}

/** Endings of files, which stand where a domain could: `logo@2x.png`. */
const FILES: ReadonlySet<string> = new Set([
  ...["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "ts", "mjs", "css", "json", "md", "html"],
  ...["service", "socket", "timer", "yaml", "yml", "txt", "sh", "py"],
]);

/** Top-level names of nobody's mail. */
const NO_TOPS: ReadonlySet<string> = new Set([...FILES, ...NOWHERE]);

/** Whether somebody's mail may go to a name: it ends in a top-level domain, letters only, or a version would be one. */
function isDomain(text: string, start: number, end: number): boolean {
  // The dots from the last to the first.
  let top = -1;
  let dots = 0;
  let first = end;
  for (let i = end - 1; i >= start; i--) {
    if (text.charCodeAt(i) !== 0x2e) continue;
    if (first === i + 1) return false;
    if (dots++ === 0) top = i;
    first = i;
  }
  if (dots === 0 || top === start || end - top < 3 || end - top > 19) return false;
  for (let i = top + 1; i < end; i++) {
    const c = text.charCodeAt(i) | 0x20;
    if (c < 0x61 || c > 0x7a) return false;
  }
  if (NO_TOPS.has(text.slice(top + 1, end).toLowerCase())) return false;
  // Of four labels and more the first says nothing.
  if (dots < 3 && STAND_IN.test(text.slice(start, first))) return false;
  // Those names end in `.com` and the like.
  if (end - top !== 4) return true;
  const name = text.slice(start, end);
  return !NOBODY.test(name) && !PROGRAMS.test(name);
}

function inside(c: number, table: Uint8Array): boolean {
  return c < 128 && table[c] === 1;
}

function isWord(c: number): boolean {
  return (c > 0x2f && c < 0x3a) || (c > 0x40 && c < 0x5b) || (c > 0x60 && c < 0x7b);
}
