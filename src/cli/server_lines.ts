// Lines of a server's standard error on their way to the guard's own: marked, and without the secrets that the policy
// looks for.

import { SCANNERS, type SpanFinding } from "../detect/mod.ts";
import type { DetectConfig } from "../policy/types.ts";

/** How the reader of standard error writes what no terminal may see. */
const ESCAPES = /\\(?:x[0-9a-f]{2}|u\{[0-9a-f]{1,6}\})/g;

/**
 * A line of a server's standard error as it is passed on. The mark is there since an unmarked line could pass for an
 * audit record. What `detect.secrets` and `detect.pii` would not let pass in a message does not go to a log either.
 *
 * @param line The line, escaped already.
 * @param upstream The server's name where there are several, or null.
 * @param detect Section `detect` of the policy in force.
 * @returns The line with its end.
 *
 * @example
 * ```ts
 * import { serverLine } from "./server_lines.ts";
 * import { expect } from "expect";
 *
 * const detect = { injection: null, hiddenText: null, secrets: null, pii: null, judge: null };
 * expect(serverLine("ready", null, detect)).toBe("server: ready\n");
 * expect(serverLine("ready", "files", detect)).toBe("server files: ready\n");
 * ```
 */
export function serverLine(line: string, upstream: string | null, detect: DetectConfig): string {
  const { secrets, pii } = detect;
  const found: SpanFinding[] = [];
  // What was a control character stands apart from the word after it, however it is written now.
  const seen = line.replace(ESCAPES, (escape) => " ".repeat(escape.length));
  for (const [config, scan] of [[secrets, SCANNERS.secrets], [pii, SCANNERS.pii]] as const) {
    // What is only recorded in messages may pass here, too; a log line leaves no record of its own.
    if (config === null || config.action === "record") continue;
    found.push(...scan(seen).filter(({ rule_id }) => !config.off.has(rule_id)));
  }
  return `server${upstream === null ? "" : ` ${upstream}`}: ${without(line, found)}\n`;
}

/** Puts a placeholder where something was found; what overlaps goes as one. */
function without(line: string, found: SpanFinding[]): string {
  found.sort((a, b) => a.start - b.start);
  let out = "";
  let at = 0;
  for (const { start, end, rule_id } of found) {
    if (start >= at) out += `${line.slice(at, start)}[redacted:${rule_id.replace(/^[a-z]+_/, "")}]`;
    at = Math.max(at, end);
  }
  return out + line.slice(at);
}
