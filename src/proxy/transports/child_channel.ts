// A child process as a Channel: its pipes, and the care that it ends, and that its end is told in words.

import type { Channel, ChannelHandlers, CloseInfo } from "./channel.ts";
import { type ChildExit, explainExit } from "./child_exit.ts";
import type { ChildLimits } from "./child_limits.ts";
import type { LineChannel } from "./stdio_channel.ts";
import type { StreamPipeReader } from "./stdio_pipe.ts";

/** What a child's channel is made of. */
export interface ChildChannelParts {
  /** The child, or its leader. */
  child: Deno.ChildProcess;
  /** Its standard input and output. */
  pipe: LineChannel;
  /** Every pipe that the child writes to. */
  readers: readonly StreamPipeReader[];
  /** Deadlines. */
  limits: ChildLimits;
}

/** A server that runs as a child process. */
export class ChildChannel implements Channel {
  /** {@inheritDoc Channel.transport} */
  readonly transport = "stdio";
  /** {@inheritDoc Channel.remote} */
  readonly remote: string;
  /** Process id of the child, or of its leader, whose number the process group has. */
  readonly pid: number;
  /**
   * Resolves when the child has ended. Its own children get SIGTERM then, and SIGKILL a second later.
   * A guard that exits should wait for this after `close`.
   */
  readonly exited: Promise<ChildExit>;
  /** Resolves when nobody writes to its pipes any more, two seconds after its end at the latest. */
  readonly closed: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #pipe: LineChannel;
  readonly #limits: ChildLimits;
  #exit: ChildExit | undefined;
  #ending = false;
  #heard = false;
  #started = false;
  #closing = false;
  #pipeClosed = false;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Takes the child over.
   *
   * @param parts What the channel is made of.
   */
  constructor(parts: ChildChannelParts) {
    this.#child = parts.child;
    this.#pipe = parts.pipe;
    this.#limits = parts.limits;
    this.remote = parts.pipe.remote;
    this.pid = parts.child.pid;
    this.exited = parts.child.status.then((status) => {
      this.#exit = explainExit(status);
      this.#lastWords();
      return this.#exit;
    });
    this.closed = this.#release(parts.readers);
  }

  /** Whether the guard has asked it to end before it did by itself. */
  get closing(): boolean {
    return this.#closing;
  }

  /** {@inheritDoc Channel.start} */
  start(handlers: ChannelHandlers): void {
    const { onViolation } = handlers;
    this.#started = true;
    this.#pipe.start({
      onMessage: (bytes) => {
        this.#heard = true;
        handlers.onMessage(bytes);
      },
      onDrain: () => handlers.onDrain(),
      onClose: (info) => void this.#closed(info, handlers),
      ...(onViolation && { onViolation: (code: string) => handlers.onViolation!(code) }),
    });
  }

  /** {@inheritDoc Channel.send} */
  send(text: string): boolean {
    return this.#pipe.send(text);
  }

  /** {@inheritDoc Channel.bufferedBytes} */
  get bufferedBytes(): number {
    return this.#pipe.bufferedBytes;
  }

  /** {@inheritDoc Channel.pause} */
  pause(): void {
    this.#pipe.pause();
  }

  /** {@inheritDoc Channel.resume} */
  resume(): void {
    this.#pipe.resume();
  }

  /**
   * {@inheritDoc Channel.close}
   *
   * The child sees the end of its input after what is queued; `onClose` follows when it has ended or `closeMs` are
   * over, and `exited` when it is sure to have.
   */
  close(code: number, reason: string): void {
    if (this.#exit === undefined) this.#closing = true;
    this.#pipe.close(code, reason);
    void this.#end();
  }

  /** The pipes are closed: waits a moment for the child's end, which says more, and tells. */
  async #closed(info: CloseInfo, handlers: ChannelHandlers): Promise<void> {
    this.#pipeClosed = true;
    clearTimeout(this.#lookTimer);
    void this.#end();
    const { closeMs, lastWordsMs } = this.#limits;
    if (await this.#exitsIn(info.local ? closeMs : lastWordsMs) === false) {
      return handlers.onClose(info.local ? info : { ...info, code: 1006 });
    }
    handlers.onClose(info.local ? info : { ...info, code: 1006, reason: this.#exit!.text });
  }

  /**
   * After the child's end: what it has still said is delivered, but nobody waits for those who inherited its output.
   * Two silent looks, as a busy guard may not have come to read before the first.
   */
  #lastWords(): void {
    let silent = 0;
    const look = (): void => {
      if (this.#pipeClosed) return;
      const waiting = this.#heard || this.#pipe.paused || !this.#started;
      this.#heard = false;
      silent = waiting ? 0 : silent + 1;
      if (silent < 2) this.#lookTimer = setTimeout(look, this.#limits.lastWordsMs / 2);
      else this.#pipe.finish({ code: 1006, reason: this.#exit!.text, local: false });
    };
    look();
  }

  async #release(readers: readonly StreamPipeReader[]): Promise<void> {
    await this.exited;
    // who has left the group may hold them for ever
    const timer = setTimeout(() => readers.forEach((reader) => reader.cancel()), HOLD_MS);
    await Promise.all(readers.map((reader) => reader.ended));
    clearTimeout(timer);
  }

  /** End of input, SIGTERM, SIGKILL. Idempotent. */
  async #end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const { eofMs, termMs } = this.#limits;
    if (await this.#exitsIn(eofMs)) return;
    this.#signal("SIGTERM");
    // the leader kills the group in whole seconds, and itself with it
    if (await this.#exitsIn(Math.ceil(termMs / 1000) * 1000 + LEADER_SLACK_MS)) return;
    this.#signal("SIGKILL");
  }

  async #exitsIn(ms: number): Promise<boolean> {
    if (this.#exit !== undefined) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), ms));
    const inTime = await Promise.race([this.exited.then(() => true), late]);
    clearTimeout(timer);
    return inTime;
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    try {
      this.#child.kill(signal);
    } catch {
      // it has ended a moment ago
    }
  }
}

/** How long pipes may be held after the child's end, ms: more than the leader's second. */
const HOLD_MS = 2000;

/** How much longer than its own deadline a leader may take. */
const LEADER_SLACK_MS = 500;
