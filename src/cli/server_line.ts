// What a wrapped server says on standard error, as the guard passes it on: marked as the server's, and without secrets.

import { SCANNERS } from "../detect/mod.ts";

/** Characters that were written out: the last digit must not look like the beginning of the word after it. */
const ESCAPED = /\\x[0-9a-f]{2}|\\u\{[0-9a-f]{1,6}\}/g;

/**
 * A line of a server's standard error. It is marked, since an unmarked one could pass for an audit record, and secrets
 * in it are cut out, since it goes to whoever reads the guard's own messages.
 *
 * @param line The line, safe to show and without its end.
 * @param upstream The server's name, where there are several.
 * @returns The line as it is passed on.
 */
export function serverLine(line: string, upstream: string | null): string {
  let shown = "";
  let at = 0;
  const found = [...SCANNERS.secrets(line.replace(ESCAPED, (text) => " ".repeat(text.length)))]
    .sort((a, b) => a.start - b.start);
  for (const { start, end } of found) {
    if (end <= at) continue;
    shown += `${line.slice(at, Math.max(at, start))}[secret removed by mcpguard]`;
    at = end;
  }
  return `server${upstream === null ? "" : ` ${upstream}`}: ${shown}${line.slice(at)}\n`;
}
