// Reads what the guard recorded: decisions and outcomes since a mark, floods counted in full.

/** One line of the audit file. */
export interface AuditLine {
  event: string;
  id: string;
  decision: string;
  reason: string;
  /** What mode monitor let pass. */
  would_be?: { decision: string; reason: string; rule: string | null };
  rule: string | null;
  detail?: string;
  identity: string;
  tool: string | null;
  method: string;
  direction: string;
  request_id?: string;
  count?: number;
}

/** Ids that begin so are the runner's own messages. */
export const RUNNER_ID = "runner:";

/** Longest wait for a record that is due. */
const PATIENCE_MS = 20_000;

/** The audit file of one program. */
export class AuditFile {
  /** Where it is. */
  readonly path: string;
  #seen = 0;

  /** @param path Where the program writes it. */
  constructor(path: string) {
    this.path = path;
  }

  /** Forgets what was written so far. */
  async mark(): Promise<void> {
    this.#seen = (await this.#lines()).length;
  }

  /** Lines since the mark, without those of the runner's own messages. */
  async since(): Promise<AuditLine[]> {
    const lines = (await this.#lines()).slice(this.#seen).map((line): AuditLine =>
      JSON.parse(line)
    );
    return lines.filter((line) => !line.request_id?.startsWith(RUNNER_ID));
  }

  /**
   * Lines since the mark, once they stand for enough decisions. Of more than a hundred identical refusals in a second
   * the rest is written at the second's end, so this waits for writes to the file, and not for ever.
   */
  reach(decisions: number): Promise<AuditLine[]> {
    return this.when((lines) => decisionsIn(lines) >= decisions);
  }

  /** Lines since the mark, once they pass a test or when patience ends. */
  async when(test: (lines: AuditLine[]) => boolean): Promise<AuditLine[]> {
    const folder = this.path.slice(0, this.path.lastIndexOf("/"));
    using watcher = Deno.watchFs(folder);
    const timer = setTimeout(() => watcher.close(), PATIENCE_MS);
    try {
      let lines = await this.since();
      if (test(lines)) return lines;
      for await (const _ of watcher) {
        lines = await this.since();
        if (test(lines)) break;
      }
      return lines;
    } finally {
      clearTimeout(timer);
    }
  }

  async #lines(): Promise<string[]> {
    let text: string;
    try {
      text = await Deno.readTextFile(this.path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
    // What has no line end yet is still being written.
    return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "");
  }
}

/** How many decisions these lines stand for. */
export function decisionsIn(lines: readonly AuditLine[], direction?: string): number {
  return lines.filter((l) =>
    l.event === "decision" && (direction === undefined || l.direction === direction)
  ).reduce((sum, l) => sum + (l.count ?? 1), 0);
}
