// The audit sink of a policy: bounds, counts floods, builds lines, writes them, and says when it cannot.

import { DependencyFailed } from "../errors.ts";
import type { AuditSink, Clock } from "../guard/ports.ts";
import type { AuditRecord } from "../guard/types.ts";
import type { AttestationConfig, LoggingConfig } from "../policy/types.ts";
import { boundRecord } from "./bound.ts";
import { FileTarget } from "./file.ts";
import { FloodGate } from "./flood.ts";
import { LineBuilder, type Several } from "./line.ts";
import { stderrTarget } from "./stderr.ts";
import { type LineTarget, type SetTimer, setTimer } from "./types.ts";
import { LineWriter } from "./writer.ts";

/** Milliseconds between attempts of `healthy` to write again. */
const PROBE_MS = 1000;

/** What an audit sink needs from the outside. */
export interface AuditDeps {
  /** Time: the wall for the sink's own records, the monotonic side for windows and retries. */
  clock: Clock;
  /** The writer of standard error that the program log uses too; without it the sink makes its own. */
  stderr?: LineWriter;
  /** Another place for the lines than `logging` names. */
  target?: LineTarget;
  /** Told in words when writing or rotation fails and when it works again; never a secret. */
  report?: (message: string) => void;
  /** Timers; those of the runtime by default. */
  setTimer?: SetTimer;
  /** UTF-16 units that may wait to be written; 4 MiB by default. */
  queueUnits?: number;
  /** Milliseconds `close` waits for an output that takes no bytes; 2000 by default. */
  closeMs?: number;
}

/**
 * Makes the sink that the sections `logging` and `attestation` describe: one record, one line of JSON, to standard error
 * or to a file.
 *
 * - A record is kept when `write` resolves: the operating system has its bytes (it is not synced to the disk).
 * - When they cannot be written (full disk, closed pipe, more than 4 MiB waiting), `write` rejects. It works again by
 *   itself; the first line then says how many records were lost (`"detail":"audit.recovered"`).
 * - Of more than 100 identical refusals in a second the rest is counted and written as one record with `count`; their
 *   `write` returns at once. Nothing else is ever left out, whatever `logging.level` says.
 * - A file is rotated at `rotate_bytes` to `.1`, `.2`, `.3`. When that fails, the old one is written on.
 *
 * @param logging Where records go.
 * @param attestation Whether and how requests and responses are hashed.
 * @param deps Clock, and what is to be shared or replaced.
 * @returns The sink. Close it: `close` writes what waits.
 * @throws {DependencyFailed} When the file cannot be opened.
 */
export function createAuditSink(
  logging: LoggingConfig,
  attestation: AttestationConfig,
  deps: AuditDeps,
): Required<AuditSink> {
  const writer = openWriter(logging, deps);
  return new LineSink(attestation, deps, writer, writer !== deps.stderr);
}

/**
 * Makes the writer of standard error, to be shared by the audit and the program log: two writers could tear each
 * other's lines.
 *
 * @param deps Bounds and reports, as for the sink.
 * @returns The writer. Closing it writes what waits and leaves standard error open.
 */
export function createStderrWriter(deps: Omit<AuditDeps, "clock" | "stderr"> = {}): LineWriter {
  const timer = deps.setTimer ?? setTimer;
  return new LineWriter(deps.target ?? stderrTarget(timer), writerOptions(deps));
}

function openWriter(logging: LoggingConfig, deps: AuditDeps): LineWriter {
  if (deps.target !== undefined) return new LineWriter(deps.target, writerOptions(deps));
  if (logging.output === "stderr" || logging.filePath === null) {
    return deps.stderr ?? createStderrWriter(deps);
  }
  const target = new FileTarget({
    path: logging.filePath,
    rotateBytes: logging.rotateBytes,
    clock: deps.clock,
    ...(deps.report === undefined ? {} : { report: deps.report }),
  });
  return new LineWriter(target, writerOptions(deps));
}

function writerOptions(
  deps: Omit<AuditDeps, "clock">,
): ConstructorParameters<typeof LineWriter>[1] {
  const { report, queueUnits, closeMs } = deps;
  return {
    setTimer: deps.setTimer ?? setTimer,
    ...(report === undefined ? {} : { report }),
    ...(queueUnits === undefined ? {} : { queueUnits }),
    ...(closeMs === undefined ? {} : { closeMs }),
  };
}

/** The sink over a writer. */
class LineSink implements Required<AuditSink> {
  readonly #clock: Clock;
  readonly #builder: LineBuilder;
  readonly #writer: LineWriter;
  readonly #flood: FloodGate;
  readonly #own: boolean;
  #probedAt = -Infinity;
  #closed = false;

  constructor(
    attestation: AttestationConfig,
    deps: AuditDeps,
    writer: LineWriter,
    own: boolean,
  ) {
    this.#own = own;
    this.#clock = deps.clock;
    this.#builder = new LineBuilder(attestation);
    this.#writer = writer;
    this.#writer.recovery = (lost) => this.#recovered(lost);
    this.#flood = new FloodGate({
      clock: deps.clock,
      setTimer: deps.setTimer ?? setTimer,
      emit: (record, several) => {
        // Lost ones are counted by the writer, by their number, and told of when it works again.
        this.#writer.write(this.#builder.build(record, several), several.count).catch(() => {});
      },
    });
  }

  write(record: AuditRecord): void | Promise<void> {
    if (this.#closed) throw new DependencyFailed("audit", "The audit sink is closed");
    let line: string;
    try {
      const bound = boundRecord(record);
      if (!this.#flood.admit(bound)) return;
      line = this.#builder.build(bound);
    } catch (cause) {
      // A record of somebody's own making, e.g. one without a time.
      throw new DependencyFailed("audit", "The audit record could not be built", { cause });
    }
    return this.#writer.write(line);
  }

  /** False from the first lost record until one is written; asking tries, once a second. */
  healthy(): boolean {
    if (this.#closed) return false;
    if (this.#writer.lost === 0) return true;
    const now = this.#clock.monotonic();
    if (now - this.#probedAt >= PROBE_MS) {
      this.#probedAt = now;
      this.#writer.probe();
    }
    return false;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#flood.end();
    // The writer of standard error goes on for whoever shared it, and is closed by them.
    if (this.#own) await this.#writer.close();
  }

  #recovered(lost: number): string {
    const several: Several = { count: lost };
    return this.#builder.build({
      event: "event",
      ts: this.#clock.now(),
      id: "audit",
      identity: "mcpguard",
      tool: null,
      method: "-",
      direction: "c2s",
      decision: "info",
      reason: "DependencyFailed",
      rule: null,
      findings: [],
      omitted: 0,
      detail: "audit.recovered",
    }, several);
  }
}
