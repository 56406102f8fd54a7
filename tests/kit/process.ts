// Runs a real process for a test: waits for lines instead of sleeping, and never outlives the test.

/** Which of the two outputs a line came from. */
export type Stream = "stdout" | "stderr";

/** How a process is started. */
export interface ProcessOptions {
  /** Working directory. */
  cwd?: string;
  /** The environment; added to the test's own unless `clearEnv`. */
  env?: Record<string, string>;
  /** True for an environment of `env` alone. */
  clearEnv?: boolean;
  /** Text or bytes for standard input, which then ends; `"open"` keeps it open for {@linkcode RunningProcess.write}. */
  stdin?: string | Uint8Array;
}

/** How a process ended. */
export interface Exit {
  /** Exit code; 128 and more after a signal. */
  code: number;
  /** The signal that ended it, or null. */
  signal: Deno.Signal | null;
  /** All of standard output. */
  stdout: string;
  /** All of standard error. */
  stderr: string;
}

/** Time after which a missing line or a missing end is a failure, ms: generous, for slow machines. */
const PATIENCE_MS = 30_000;

interface Waiter {
  stream: Stream | "both";
  test: (line: string) => RegExpExecArray | null;
  resolve: (found: RegExpExecArray) => void;
  reject: (error: Error) => void;
}

/** A process that a test started. Stop it, or hold it with `await using`. */
export class RunningProcess implements AsyncDisposable {
  /** Process id. */
  readonly pid: number;
  /** Resolves when the process has ended and all its output is read. */
  readonly exit: Promise<Exit>;
  readonly #child: Deno.ChildProcess;
  readonly #name: string;
  readonly #lines: { stream: Stream; line: string }[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #ended = false;

  /**
   * @param command Path or name of the program, then its arguments.
   * @param options See {@linkcode ProcessOptions}.
   */
  constructor(command: readonly string[], options: ProcessOptions = {}) {
    const [program, ...args] = command;
    this.#name = command.map((c) => c.replace(/^.*\//, "")).join(" ");
    this.#child = new Deno.Command(program!, {
      args,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { NO_COLOR: "1", ...options.env },
      clearEnv: options.clearEnv ?? false,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.pid = this.#child.pid;
    let fed: Promise<void> = Promise.resolve();
    if (options.stdin !== undefined) {
      this.#stdin = this.#child.stdin.getWriter();
      if (options.stdin !== "open") fed = this.#feed(options.stdin);
    }
    this.exit = this.#follow(fed);
  }

  /** Lines seen so far. */
  lines(stream?: Stream): string[] {
    return this.#lines.filter((l) => stream === undefined || l.stream === stream)
      .map((l) => l.line);
  }

  /**
   * Waits for a line, also among those already seen.
   *
   * @param pattern What the line must match.
   * @param stream Where to look; both unless given.
   * @returns What the pattern found.
   * @throws {Error} When the process ends first, or no such line comes in 30 s; with all that was said.
   */
  async line(pattern: RegExp, stream: Stream | "both" = "both"): Promise<RegExpExecArray> {
    const test = (line: string): RegExpExecArray | null => pattern.exec(line);
    for (const seen of this.#lines) {
      const found = stream === "both" || seen.stream === stream ? test(seen.line) : null;
      if (found !== null) return found;
    }
    if (this.#ended) throw this.#failure(`ended without a line like ${pattern}`);
    const waiting = Promise.withResolvers<RegExpExecArray>();
    const waiter = { stream, test, resolve: waiting.resolve, reject: waiting.reject };
    this.#waiters.add(waiter);
    const timer = setTimeout(
      () => waiting.reject(this.#failure(`said no line like ${pattern}`)),
      PATIENCE_MS,
    );
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  /** Writes to standard input that was opened with `stdin: "open"`. */
  async write(text: string | Uint8Array): Promise<void> {
    await this.#stdin!.write(typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  /** Ends standard input that was opened with `stdin: "open"`. */
  async endInput(): Promise<void> {
    await this.#stdin!.close();
  }

  /** Sends a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /**
   * Ends the process and waits for it.
   *
   * @param signal How to ask; SIGTERM unless given.
   * @returns How it ended.
   * @throws {Error} When it had to be killed after 30 s; with all that it said.
   */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<Exit> {
    let killed = false;
    this.#killIfRunning(signal);
    const timer = setTimeout(() => {
      killed = true;
      this.#killIfRunning("SIGKILL");
    }, PATIENCE_MS);
    const exit = await this.exit;
    clearTimeout(timer);
    if (killed) throw this.#failure(`did not end after ${signal}`);
    return exit;
  }

  /** Kills what is still running. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#killIfRunning("SIGKILL");
    await this.exit;
  }

  #killIfRunning(signal: Deno.Signal): void {
    try {
      if (!this.#ended) this.#child.kill(signal);
    } catch (error) {
      // It ended a moment ago and the word of it is on its way.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async #follow(fed: Promise<void>): Promise<Exit> {
    const [stdout, stderr, status] = await Promise.all([
      this.#read(this.#child.stdout, "stdout"),
      this.#read(this.#child.stderr, "stderr"),
      this.#child.status.then((status) => {
        this.#ended = true;
        return status;
      }),
      fed,
    ]);
    await this.#stdin?.close().catch(() => {});
    for (const waiter of this.#waiters) waiter.reject(this.#failure("ended before the line"));
    return { code: status.code, signal: status.signal, stdout, stderr };
  }

  async #feed(text: string | Uint8Array): Promise<void> {
    // A process that ends before it has read everything breaks the pipe: its exit tells the story.
    await this.write(text).catch(() => {});
    await this.#stdin!.close().catch(() => {});
  }

  async #read(from: ReadableStream<Uint8Array<ArrayBuffer>>, stream: Stream): Promise<string> {
    let all = "";
    let rest = "";
    for await (const text of from.pipeThrough(new TextDecoderStream())) {
      all += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#hear(stream, line);
    }
    if (rest !== "") this.#hear(stream, rest);
    return all;
  }

  #hear(stream: Stream, line: string): void {
    this.#lines.push({ stream, line });
    for (const waiter of this.#waiters) {
      const found = waiter.stream === "both" || waiter.stream === stream ? waiter.test(line) : null;
      if (found !== null) waiter.resolve(found);
    }
  }

  #failure(what: string): Error {
    const said = this.#lines.map((l) => `  ${l.stream}: ${l.line}`).join("\n");
    return new Error(`"${this.#name}" ${what}; it said:\n${said || "  nothing"}`);
  }
}

/**
 * Runs a process to its end.
 *
 * @param command Path or name of the program, then its arguments.
 * @param options See {@linkcode ProcessOptions}.
 * @returns How it ended.
 */
export async function runToEnd(
  command: readonly string[],
  options: ProcessOptions = {},
): Promise<Exit> {
  await using process = new RunningProcess(command, options);
  return await process.exit;
}
