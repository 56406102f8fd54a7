// Warnings about several servers behind one guard: patterns that name none of them, secrets in the open.

import { splitSpelling } from "../match/mod.ts";
import { lintLists } from "./lint_patterns.ts";
import type { PathWarning } from "./lint_patterns.ts";
import type { Path } from "./path.ts";
import type { PolicyFile } from "./schema.ts";

/** Names longer than this leave a tool fewer than 40 of the 64 characters that some clients take. */
const LONG_NAME = 22;

/**
 * Everything odd about section `upstreams`, and about name patterns beside it.
 *
 * @param values The file's values after defaults.
 * @returns Warnings in no order.
 */
export function lintUpstreams(values: PolicyFile): PathWarning[] {
  const { upstreams } = values;
  if (upstreams === undefined) return [];
  const out: PathWarning[] = [];
  const names = upstreams.map(({ name }) => name);
  for (const section of ["tools", "prompts"] as const) {
    for (const list of ["allow", "deny"] as const) {
      // A deny pattern without a server's name denies that tool of every server, as is most often meant.
      values[section][list].forEach((pattern, i) => {
        const wrong = wrongServer(pattern, names, list === "allow");
        if (wrong) out.push({ code: "unmatchable", message: wrong, path: [section, list, i] });
      });
    }
  }
  upstreams.forEach((entry, i) => {
    const path: Path = ["upstreams", i];
    out.push(
      ...lintLists("tool", entry.tools.allow, entry.tools.deny, [...path, "tools"]),
      ...lintLists("uri", entry.resources.allow, entry.resources.deny, [...path, "resources"]),
      ...lintLists("prompt", entry.prompts.allow, entry.prompts.deny, [...path, "prompts"]),
    );
    if (entry.name.length > LONG_NAME) {
      out.push({
        code: "long_name",
        message:
          "some clients take tool names of 64 characters at most, and this name stands before each; choose a shorter one",
        path: [...path, "name"],
      });
    }
    if (entry.forward_client_credentials) {
      out.push({
        code: "forwarded_credentials",
        message: "this server can act as each client wherever the client's token is good",
        path: [...path, "forward_client_credentials"],
      });
    }
    entry.env.forEach((one, at) => {
      if (isPlainSecret(one)) {
        out.push({
          code: "plain_secret",
          message: "a secret in plain text, by its name; `NAME=env:OTHER` keeps it out of the file",
          path: [...path, "env", at],
        });
      }
    });
    const secret = entry.headers.length > 0 || entry.forward_client_credentials;
    if (secret && isPlain(entry.target)) {
      out.push({
        code: "plain_http",
        message: "credentials travel to this address unencrypted; use https or wss",
        path: [...path, "target"],
      });
    }
  });
  return out;
}

/** Why a pattern can match no name, or null. */
function wrongServer(pattern: string, names: readonly string[], allow: boolean): string | null {
  if (pattern.startsWith("re:")) return null;
  const wild = pattern.search(/[*?]/);
  const head = wild < 0 ? pattern : pattern.slice(0, wild);
  const apart = splitSpelling(`${head}x`);
  const fits = apart !== null ? names.includes(apart.upstream) : wild >= 0 &&
    names.some((name) => `${name}/`.startsWith(head) || `${name}__`.startsWith(head));
  if (fits || !allow) return null;
  return "matches no tool of any upstream: names begin with the server's, e.g. `" +
    `${names[0]}/${apart === null && wild < 0 ? printable(pattern) : "..."}\``;
}

function printable(pattern: string): string {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(pattern) ? pattern : "...";
}

/** Whether a variable is set to what its name says is a secret. */
function isPlainSecret(entry: string): boolean {
  const mark = entry.indexOf("=");
  if (mark < 0 || mark === entry.length - 1 || entry.startsWith("=env:", mark)) return false;
  const name = entry.slice(0, mark).toUpperCase();
  return ["KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL"].some((word) => name.includes(word));
}

/** Whether an address is reached over a network without TLS. */
function isPlain(target: string | undefined): boolean {
  const address = (target ?? "").replace("sse+", "");
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (protocol !== "http:" && protocol !== "ws:") return false;
  return hostname !== "localhost" && hostname !== "[::1]" && !hostname.startsWith("127.");
}
