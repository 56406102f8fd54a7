// The two kinds of pipe ends: the process's own standard files, and the streams of a child. Both become a reader of
// lent chunks, which reads only when asked, and a writer of one piece at a time.

/** The end of a pipe that is read. */
export interface PipeReader {
  /**
   * Reads once.
   *
   * @returns Bytes that are only lent until the next call, or null at the end.
   * @throws {Error} When the pipe has failed; never twice.
   */
  read(): Promise<Uint8Array | null>;
  /** Wants no more; a call of `read` that waits may go on waiting, and its bytes are lost. Idempotent. */
  close(): void;
}

/** The end of a child's pipe that is read. */
export interface StreamPipeReader extends PipeReader {
  /** Resolves when the pipe has ended: whoever could write to it is gone, or it was given up. */
  readonly ended: Promise<void>;
  /** Gives the pipe up, whoever still writes to it. */
  cancel(): void;
}

/** The end of a pipe that is written. */
export interface PipeWriter {
  /** Writes all of it; rejects when the other side is gone. One call at a time. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the pipe, so that the other side sees the end of its input. Idempotent. */
  close(): void;
}

/** A file to read from: `Deno.stdin` is one. */
export interface ReadableFile {
  /** Reads some bytes into the buffer; null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Closes it. */
  close(): void;
}

/** A file to write to: `Deno.stdout` is one. */
export interface WritableFile {
  /** Writes some of the bytes. */
  write(bytes: Uint8Array): Promise<number>;
  /** Closes it. */
  close(): void;
}

const READ_BYTES = 65_536;

/** Milliseconds until a pipe that its other owner made non-blocking is tried again. */
const RETRY_MS = 5;

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await work();
    } catch (error) {
      // whoever gave us the pipe made it non-blocking: empty or full is no failure
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    try {
      work();
    } catch {
      // closed by the runtime already
    }
  };
}

/**
 * Reads from a file.
 *
 * @param file The file, e.g. `Deno.stdin`; it belongs to the reader.
 * @returns The reader.
 */
export function fileReader(file: ReadableFile): PipeReader {
  const buffer = new Uint8Array(READ_BYTES);
  return {
    async read(): Promise<Uint8Array | null> {
      const count = await patiently(() => file.read(buffer));
      return count === null ? null : buffer.subarray(0, count);
    },
    close: once(() => file.close()),
  };
}

/**
 * Writes to a file.
 *
 * @param file The file, e.g. `Deno.stdout`; it belongs to the writer.
 * @returns The writer.
 */
export function fileWriter(file: WritableFile): PipeWriter {
  return {
    async write(bytes: Uint8Array): Promise<void> {
      let at = 0;
      while (at < bytes.length) at += await patiently(() => file.write(bytes.subarray(at)));
    },
    close: once(() => file.close()),
  };
}

/**
 * Reads from a byte stream of a child.
 *
 * @param stream The stream; it belongs to the reader.
 * @returns The reader. `close` reads on and throws away what comes, so that a child that is to end can finish what
 * it writes; the end of the child ends that.
 */
export function streamReader(stream: ReadableStream<Uint8Array<ArrayBuffer>>): StreamPipeReader {
  const reader = stream.getReader({ mode: "byob" });
  let buffer: ArrayBuffer = new ArrayBuffer(READ_BYTES);
  let pending: Promise<Uint8Array | null> | undefined;
  const next = async (): Promise<Uint8Array | null> => {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (value !== undefined) buffer = value.buffer;
    return done ? null : value;
  };
  const drain = async (): Promise<void> => {
    try {
      if (await pending === null) return;
      while (await next() !== null);
    } catch {
      // a pipe that failed has nothing more to throw away
    }
  };
  return {
    read: () => pending = next(),
    close: once(() => void drain()),
    ended: reader.closed.then(() => {}, () => {}),
    cancel: () => void reader.cancel().catch(() => {}),
  };
}

/**
 * Writes to a stream of a child.
 *
 * @param stream The stream; it belongs to the writer.
 * @returns The writer.
 */
export function streamWriter(stream: WritableStream<Uint8Array>): PipeWriter {
  const writer = stream.getWriter();
  writer.closed.catch(() => {}); // a write tells first
  return {
    write: (bytes) => writer.write(bytes),
    close: once(() => void writer.close().catch(() => {})),
  };
}
