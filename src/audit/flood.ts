// Floods of identical refusals: the first hundred of a second are written, the rest is counted in one record.

import type { Clock } from "../guard/ports.ts";
import type { BoundRecord } from "./bound.ts";
import type { Several } from "./line.ts";
import type { SetTimer } from "./types.ts";

/** Identical refusals of a second that are written singly. */
const SINGLY = 100;
/** Milliseconds of a window. */
const WINDOW_MS = 1000;
/** Kinds of refusal told apart in a window; more kinds are counted together, by their reason. */
const KINDS = 1024;
/** What a field says where the counted records differ. */
const VARIOUS = "*";

/** One kind of refusal in a window. */
interface Kind {
  seen: number;
  /** Stands for the counted records; null while none is counted. */
  sum: BoundRecord | null;
  several: Required<Several>;
}

/** Settings of a {@linkcode FloodGate}. */
export interface FloodOptions {
  /** Its monotonic side ends windows. */
  clock: Clock;
  /** Ends a window in which something was counted, when no further record does. */
  setTimer: SetTimer;
  /** Takes the record that stands for the counted ones. */
  emit: (record: BoundRecord, several: Several) => void;
}

/** Counts refusals. Records of calls that pass, outcomes and events are never counted. */
export class FloodGate {
  readonly #options: FloodOptions;
  readonly #kinds = new Map<string, Kind>();
  #start = -Infinity;
  #cancel: (() => void) | null = null;

  /** @param options Clock, timer and where summaries go. */
  constructor(options: FloodOptions) {
    this.#options = options;
  }

  /**
   * Looks at one record.
   *
   * @param record A bounded record.
   * @returns True when it is to be written; false when it was counted.
   */
  admit(record: BoundRecord): boolean {
    if (record.event !== "decision") return true;
    if (record.decision !== "deny" && record.decision !== "throttle") return true;
    const now = this.#options.clock.monotonic();
    if (now - this.#start >= WINDOW_MS) {
      this.end();
      this.#start = now;
    }
    const kind = this.#kind(record);
    kind.seen++;
    if (kind.seen <= SINGLY) return true;
    if (kind.sum === null) kind.sum = detached(record);
    else blur(kind.sum, record);
    kind.several.count++;
    kind.several.until = record.ts;
    this.#cancel ??= this.#options.setTimer(this.#start + WINDOW_MS - now, () => {
      this.#cancel = null;
      this.end();
    });
    return false;
  }

  /** Ends the window: hands out what was counted and cancels the timer. */
  end(): void {
    this.#cancel?.();
    this.#cancel = null;
    const kinds = [...this.#kinds.values()];
    this.#kinds.clear();
    this.#start = -Infinity;
    for (const { sum, several } of kinds) {
      if (sum !== null) this.#options.emit(sum, several);
    }
  }

  #kind(record: BoundRecord): Kind {
    // JSON keeps the parts apart whatever they contain, and is a copy: no key holds on to a large message.
    let key = JSON.stringify([
      record.decision,
      record.reason,
      record.identity,
      record.rule,
      record.detail ?? null,
      // Two policies may refuse alike, and no record stands for both.
      record.policy ?? null,
      record.method,
      record.context?.remote ?? null,
    ]);
    let kind = this.#kinds.get(key);
    if (kind === undefined && this.#kinds.size >= KINDS) {
      key = `${record.decision} ${record.reason}`;
      kind = this.#kinds.get(key);
    }
    if (kind === undefined) {
      kind = { seen: 0, sum: null, several: { count: 0, until: 0 } };
      this.#kinds.set(key, kind);
    }
    return kind;
  }
}

/** A copy without contents, and without what belongs to one message only. */
function detached(record: BoundRecord): BoundRecord {
  const { request: _request, response: _response, context, ...rest } = record;
  const sum: BoundRecord = rest;
  if (context !== undefined) {
    sum.context = { transport: context.transport };
    if (context.remote !== undefined) sum.context.remote = context.remote;
  }
  // A cut string keeps the whole one alive, a parsed one is new.
  return JSON.parse(JSON.stringify(sum));
}

/** Takes out of the sum what the next record does not share. */
function blur(sum: BoundRecord, record: BoundRecord): void {
  if (sum.tool !== null && sum.tool !== record.tool) {
    sum.tool = null;
  }
  if (sum.identity !== record.identity) sum.identity = VARIOUS;
  if (sum.method !== record.method) sum.method = VARIOUS;
  if (sum.rule !== null && sum.rule !== record.rule) {
    sum.rule = null;
    sum.findings = [];
  }
  if (sum.detail !== undefined && sum.detail !== record.detail) delete sum.detail;
  // What several of them name is nowhere said to be one's own.
  delete sum.resources;
  delete sum.resourcesOmitted;
  delete sum.prompts;
  if (sum.policy !== undefined && sum.policy !== record.policy) delete sum.policy;
  if (sum.context !== undefined && sum.context.remote !== record.context?.remote) {
    delete sum.context.remote;
  }
}
