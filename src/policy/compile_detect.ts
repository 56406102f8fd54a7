// From the values of section `detect` to its form in a policy.

import type { PathProblem } from "./keys.ts";
import type { PolicyFile } from "./schema.ts";
import type { DetectConfig } from "./types_detect.ts";

/**
 * Compiles section `detect`.
 *
 * @param section The section, or undefined where the file has none.
 * @param problems Takes what is wrong.
 * @returns Which detectors look, and what they do.
 */
export function compileDetect(
  section: PolicyFile["detect"],
  problems: PathProblem[],
): DetectConfig {
  const { injection, hidden_text: hidden, secrets, pii, judge } = section ?? {};
  if (judge !== undefined && !isJudgeUrl(judge.url)) {
    problems.push({
      message:
        "expected `https://HOST/...`, or `http://` with a loopback address, without a password",
      path: ["detect", "judge", "url"],
    });
  }
  return {
    injection: injection === undefined ? null : {
      action: injection.action,
      off: new Set(injection.off),
      model: injection.model,
      threshold: {
        descriptions: injection.thresholds.descriptions ?? injection.threshold,
        results: injection.thresholds.results ?? injection.threshold,
        arguments: injection.thresholds.arguments ?? injection.threshold,
      },
    },
    hiddenText: hidden === undefined ? null : { action: hidden.action, off: new Set(hidden.off) },
    secrets: secrets === undefined ? null : { ...secrets, off: new Set(secrets.off) },
    pii: pii === undefined ? null : { ...pii, off: new Set(pii.off) },
    judge: judge === undefined ? null : {
      ...{ url: judge.url, headers: judge.headers, timeoutMs: judge.timeout_ms },
      ...{ onError: judge.on_error, maxChars: judge.max_chars },
      ...{ cacheTtlMs: judge.cache_ttl_s * 1000, cacheEntries: judge.cache_entries },
    },
  };
}

/** Texts of other people go there: encrypted, unless they stay on this machine. */
function isJudgeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== "" || password !== "") return false;
  const local = hostname === "localhost" || hostname === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
  return protocol === "https:" || (protocol === "http:" && local);
}
