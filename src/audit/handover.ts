// A sink that begins when another one on the same file has ended: two writers would tear its rotation apart.

import { DependencyFailed } from "../errors.ts";
import type { AuditSink } from "../guard/ports.ts";
import type { AuditRecord } from "../guard/types.ts";

/**
 * Makes the sink. Records wait until the other one has ended; when the new one cannot be opened then, every write
 * rejects, so that nothing passes unrecorded.
 *
 * @param ended Resolves when the other sink is closed.
 * @param open Opens the new one.
 * @returns The sink.
 */
export function handedOver(ended: Promise<void>, open: () => AuditSink): Required<AuditSink> {
  let sink: AuditSink | null = null;
  let failed = false;
  let closed = false;
  const opened = ended.then(() => {
    if (closed) return;
    try {
      sink = open();
    } catch {
      failed = true;
    }
  });
  const use = (): AuditSink => {
    if (sink === null) {
      throw new DependencyFailed("audit", "the audit output cannot be opened again");
    }
    return sink;
  };
  return {
    write: (record: AuditRecord) =>
      sink === null && !failed ? opened.then(() => use().write(record)) : use().write(record),
    healthy: () => !failed && (sink?.healthy?.() ?? true),
    close: async () => {
      closed = true;
      await sink?.close?.();
    },
  };
}
