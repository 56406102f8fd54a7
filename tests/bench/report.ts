// The figures of the load test: CPU time of a process, and the table.

import { procText } from "../kit/proc.ts";
import type { Load } from "./generator.ts";

/** The measurements of one number of connections and bytes. */
export interface Row {
  /** Connections that ask at the same time. */
  connections: number;
  /** Bytes of text in each call. */
  bytes: number;
  /** Without the guard, one a round. */
  direct: Load[];
  /** Through the guard, one a round; `cpu` is the guard's CPU time in seconds, null where it is not known. */
  guard: (Load & { cpu: number | null })[];
}

/** The unit of times in /proc: USER_HZ is 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Reads the CPU time of a process and its threads.
 *
 * @param pid The process, or null.
 * @returns Seconds in user and kernel mode, or null where there is no /proc.
 */
export async function cpuSeconds(pid: number | null): Promise<number | null> {
  if (pid === null || Deno.build.os !== "linux") return null;
  const stat = await procText(pid, "stat");
  return stat === null ? null : cpuOf(stat);
}

/**
 * The CPU time in a line of /proc/PID/stat (proc(5): fields 14 and 15).
 *
 * @param stat The line.
 * @returns Seconds.
 */
export function cpuOf(stat: string): number {
  // The name before may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

const HEADS = [
  ...["connections", "bytes", "path", "calls/s", "p50 us", "p99 us"],
  ...["added p50 us", "guard CPU us/call", "guard/direct", "errors"],
];

/**
 * Writes the table: the best round of each path, and the ratio of their rates.
 *
 * @param rows What was measured.
 * @returns Lines of aligned columns.
 */
export function table(rows: readonly Row[]): string {
  const lines = [HEADS];
  for (const row of rows) {
    const direct = best(row.direct);
    const guard = best(row.guard);
    const cpu = row.guard.filter((m) => m.cpu !== null && m.calls > 0)
      .map((m) => m.cpu! * 1e6 / m.calls);
    const errors = (list: readonly Load[]): string =>
      String(list.reduce((n, m) => n + m.errors, 0));
    const start = [String(row.connections), String(row.bytes)];
    const figures = (m: Load): string[] => [rate(m).toFixed(0), String(m.p50), String(m.p99)];
    lines.push(
      [...start, "direct", ...figures(direct), "", "", "", errors(row.direct)],
      [
        ...[...start, "guard", ...figures(guard), String(guard.p50 - direct.p50)],
        cpu.length === 0 ? "-" : Math.min(...cpu).toFixed(1),
        (rate(guard) / rate(direct)).toFixed(2),
        errors(row.guard),
      ],
    );
  }
  const widths = HEADS.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines.map((line) => line.map((cell, i) => cell.padStart(widths[i]!)).join("  ")).join(
    "\n",
  );
}

function rate(load: Load): number {
  return load.calls / load.seconds;
}

function best<M extends Load>(list: readonly M[]): M {
  return list.reduce((a, b) => rate(b) > rate(a) ? b : a);
}
