// The catalogue's shorthand for policies, translated by rule: for cases of further files, which no table knows.

import { dump, load } from "js-yaml";

const LISTS = ["tools", "resources", "prompts"];

/** Whether a value is a mapping. */
function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `{regex: R}` is written `re:R`. */
function pattern(entry: unknown): unknown {
  return isMapping(entry) && typeof entry.regex === "string" ? `re:${entry.regex}` : entry;
}

/**
 * Translates a policy into version 1. What the shorthand does not know stays as it is, so that a policy that must be
 * refused still is.
 *
 * @param text The policy of a case.
 * @returns Version 1; the text itself where it already is, or is no plain YAML mapping.
 */
export function translated(text: string): string {
  if (/^version:/m.test(text) || text.trim() === "") return text;
  // Loading would resolve aliases and merge keys, which are the point where they stand.
  if (/(^|[\s[{,])[&*][a-z]|<</m.test(text)) return `version: 1\n${text}`;
  let source: unknown;
  try {
    source = load(text);
  } catch {
    return `version: 1\n${text}`;
  }
  if (!isMapping(source)) return text;
  const policy: Record<string, unknown> = { version: 1 };
  const section = (name: string): Record<string, unknown> => {
    const found = policy[name];
    return isMapping(found) ? found : (policy[name] = {}) as Record<string, unknown>;
  };
  for (const [key, value] of Object.entries(source)) {
    if ((key === "allow" || key === "deny") && isMapping(value)) {
      for (const [list, entries] of Object.entries(value)) {
        if (LISTS.includes(list)) {
          section(list)[key] = Array.isArray(entries) ? entries.map(pattern) : entries;
        } else if (list === "arguments" && isMapping(entries) && key === "deny") {
          const found = Object.values(entries).map((e) => isMapping(e) ? e.regex : e);
          section("prompts").deny_regex = found;
        } else section(key)[list] = entries;
      }
    } else if (key === "rate" && isMapping(value)) {
      const { limit, cost, ...rest } = value;
      policy.rate_limit = { capacity: limit ?? cost, refill_rate_per_sec: 0, ...rest };
    } else if (key === "auth" && isMapping(value) && Array.isArray(value.api_keys)) {
      const keys = value.api_keys.map((k) => isMapping(k) ? { key: k.key, identity: k.id } : k);
      policy.auth = { mode: "api_key", allowed_keys: keys };
    } else policy[key] = value;
  }
  return dump(policy);
}
