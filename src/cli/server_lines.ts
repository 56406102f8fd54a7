// Lines of a server's standard error on their way to the guard's own: marked, and without the secrets that the policy
// looks for.

import { SCANNERS, type SpanFinding } from "../detect/mod.ts";
import type { DetectConfig } from "../policy/types.ts";

/** How the reader of standard error writes what no terminal may see. */
const ESCAPES = /\\(?:x[0-9a-f]{2}|u\{[0-9a-f]{1,6}\})/g;

/** Lines for which a private key that has begun may go on: the longest have about a hundred. */
const KEY_LINES = 200;
const PRIVATE_KEY = "secret_private_key";

/** Lines of standard error as they are passed on. */
export class ServerLines {
  /** How many lines a key may still go on for, by the server that has begun to write one. */
  readonly #keys = new Map<string | null, number>();

  /**
   * A line of a server's standard error as it is passed on. The mark is there since an unmarked line could pass for an
   * audit record. What `detect.secrets` and `detect.pii` would not let pass in a message does not go to a log either;
   * the lines of a private key belong together.
   *
   * @param line The line, escaped already.
   * @param upstream The server's name where there are several, or null.
   * @param detect Section `detect` of the policy in force.
   * @returns The line with its end.
   *
   * @example
   * ```ts
   * import { ServerLines } from "./server_lines.ts";
   * import { expect } from "expect";
   *
   * const detect = { injection: null, hiddenText: null, secrets: null, pii: null, judge: null };
   * const lines = new ServerLines();
   * expect(lines.pass("ready", null, detect)).toBe("server: ready\n");
   * expect(lines.pass("ready", "files", detect)).toBe("server files: ready\n");
   * ```
   */
  pass(line: string, upstream: string | null, detect: DetectConfig): string {
    const { secrets, pii } = detect;
    const found: SpanFinding[] = [];
    // What was a control character stands apart from the word after it, however it is written now.
    const seen = line.replace(ESCAPES, (escape) => " ".repeat(escape.length));
    for (const [config, scan] of [[secrets, SCANNERS.secrets], [pii, SCANNERS.pii]] as const) {
      // What is only recorded in messages may pass here, too; a log line leaves no record of its own.
      if (config === null || config.action === "record") continue;
      found.push(...scan(seen).filter(({ rule_id }) => !config.off.has(rule_id)));
    }
    const begins = found.some(({ rule_id }) => rule_id === PRIVATE_KEY);
    found.push(...this.#goesOn(seen, upstream));
    if (begins && !seen.includes("-----END")) this.#keys.set(upstream, KEY_LINES);
    return `server${upstream === null ? "" : ` ${upstream}`}: ${without(line, found)}\n`;
  }

  /** What belongs to a private key that began in a line before. */
  #goesOn(line: string, upstream: string | null): SpanFinding[] {
    const left = this.#keys.get(upstream);
    if (left === undefined) return [];
    if (left === 1 || line.includes("-----END")) this.#keys.delete(upstream);
    else this.#keys.set(upstream, left - 1);
    // So long are the lines of its body, and nothing that people write.
    return Array.from(line.matchAll(/[A-Za-z0-9+/=]{40,}/g), ({ 0: text, index }) => ({
      ...{ rule_id: PRIVATE_KEY, severity: "high", reason: "a private key" },
      ...{ start: index, end: index + text.length },
    }));
  }
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
