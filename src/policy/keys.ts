// Section auth: the forms of keys and tokens, and which keys go with which mode.
// No message repeats any part of a key.

import { readJwt } from "./compile_jwt.ts";
import type { PolicyFile } from "./schema.ts";
import type { Path } from "./path.ts";
import { printPath } from "./path.ts";
import type { AuthConfig, KeySpec } from "./types.ts";

/** A problem at a path, to be placed by the caller. */
export interface PathProblem {
  /** What is wrong, and what was expected. */
  message: string;
  /** Keys and indices. */
  path: Path;
  /** UTF-16 offset inside the value's text, for patterns. */
  inside?: number;
  /** The nearest valid spelling. */
  suggestion?: string;
}

type AuthSection = NonNullable<PolicyFile["auth"]>;

/** A key with what goes with it. */
interface KeyEntry {
  key: string;
  identity?: string | undefined;
  roles?: readonly string[] | undefined;
}

type Source = KeySpec["source"];

/**
 * Reads section `auth`.
 *
 * @param auth The section, valid by the schema, or undefined when the file has none.
 * @param problems Takes what is wrong.
 * @returns The configuration.
 */
export function readAuth(auth: AuthSection | undefined, problems: PathProblem[]): AuthConfig {
  if (!auth) return { mode: "none", keys: [] };
  const wanted = {
    none: undefined,
    api_key: "allowed_keys",
    bearer: "allowed_tokens",
    jwt: "jwt",
  } as const;
  const name = wanted[auth.mode];
  for (const other of ["allowed_keys", "allowed_tokens", "jwt"] as const) {
    if (other !== name && auth[other] !== undefined) {
      const instead = name && name !== "jwt" ? `; list them in \`${name}\`` : "";
      problems.push({
        message: `mode \`${auth.mode}\` does not look at \`${other}\`${instead}`,
        path: ["auth", other],
      });
    }
  }
  if (!name) return { mode: auth.mode, keys: [] };
  if (name === "jwt") {
    if (auth.jwt === undefined) {
      problems.push({ message: "mode `jwt` needs the section `jwt`", path: ["auth", "mode"] });
      return { mode: "none", keys: [] };
    }
    const jwt = readJwt(auth.jwt, problems);
    // Where it is null, a problem says why and nobody gets this policy.
    return { mode: auth.mode, keys: [], ...(jwt === null ? {} : { jwt }) };
  }
  const entries = auth[name];
  if (entries === undefined || entries.length === 0) {
    problems.push({
      message: `mode \`${auth.mode}\` needs at least one entry in \`${name}\``,
      path: entries ? ["auth", name] : ["auth", "mode"],
    });
    return { mode: auth.mode, keys: [] };
  }
  return { mode: auth.mode, keys: readKeys(entries, ["auth", name], problems) };
}

/**
 * Reads a list of keys.
 *
 * @param entries The entries, valid by the schema.
 * @param base Where the list stands.
 * @param problems Takes what is wrong.
 * @returns The keys that can be used.
 */
export function readKeys(
  entries: readonly (string | KeyEntry)[],
  base: Path,
  problems: PathProblem[],
): KeySpec[] {
  const seen = new Map<string, number>();
  const keys: KeySpec[] = [];
  entries.forEach((entry, i) => {
    const path = [...base, i];
    const keyPath = typeof entry === "string" ? path : [...path, "key"];
    const text = typeof entry === "string" ? entry : entry.key;
    const source = readSource(text);
    if (typeof source === "string") {
      problems.push({ message: source, path: keyPath });
      return;
    }
    const id = JSON.stringify(source);
    const first = seen.get(id);
    if (first !== undefined) {
      problems.push({ message: `the same key as entry ${first}`, path: keyPath });
      return;
    }
    seen.set(id, i);
    const spec: KeySpec = { source, roles: [], path: printPath(path) };
    if (typeof entry !== "string") {
      spec.roles = entry.roles ?? [];
      if (entry.identity !== undefined) {
        const wrong = wrongIdentity(entry.identity, text);
        if (wrong) problems.push({ message: wrong, path: [...path, "identity"] });
        spec.identity = entry.identity;
      }
      spec.roles.forEach((role, r) => {
        if (!isName(role)) {
          problems.push({ message: NAME_RULE, path: [...path, "roles", r] });
        }
      });
    }
    keys.push(spec);
  });
  return keys;
}

/** What a name of a caller or a role must be. */
export const NAME_RULE = "expected visible characters without spaces at either end";

/** Whether a text may name a caller or a role. */
export function isName(text: string): boolean {
  if (text.trim() !== text) return false;
  for (const char of text) {
    if ((char.codePointAt(0) as number) < 0x20) return false;
  }
  return true;
}

function wrongIdentity(identity: string, key: string): string | undefined {
  if (!isName(identity)) return NAME_RULE;
  if (identity === key) {
    return "the identity is the key itself, and would stand in every audit record";
  }
  return undefined;
}

/** The source that a text names, or what is wrong with it. */
function readSource(text: string): Source | string {
  if (text.trim() === "") return "an empty key";
  const colon = text.indexOf(":");
  const prefix = colon < 0 ? "" : text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const form = prefix.toLowerCase();
  if (form === "sha256") {
    if (prefix === "sha256" && /^[0-9A-Fa-f]{64}$/.test(rest)) {
      return { kind: "sha256", hex: rest.toLowerCase() };
    }
    return "expected `sha256:` in small letters and 64 hexadecimal digits";
  }
  if (form === "env") {
    if (prefix === "env" && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(rest)) {
      return { kind: "env", name: rest };
    }
    return "expected `env:` in small letters and the name of an environment variable";
  }
  if (OTHER_FORMS.has(form)) {
    return `\`${form}:\` is no form of a key; expected plain text, \`sha256:HEX\` or \`env:NAME\``;
  }
  if (text.includes("${") || /^\$[A-Za-z_]/.test(text)) {
    return "a policy has no variables; expected plain text, `sha256:HEX` or `env:NAME`";
  }
  for (const char of text) {
    if (char <= " " || char > "~") {
      return "a key travels in a header: expected visible ASCII characters without spaces";
    }
  }
  return { kind: "plain", value: text };
}

/** Prefixes that mean something elsewhere; as plain text they would be weak keys in disguise. */
const OTHER_FORMS: ReadonlySet<string> = new Set([
  "file",
  "vault",
  "md5",
  "sha1",
  "sha384",
  "sha512",
  "bcrypt",
  "scrypt",
  "argon2",
  "$env",
]);
