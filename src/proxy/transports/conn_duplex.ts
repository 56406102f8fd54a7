// A Deno connection in the shape that node:http parses requests from, and out of it again at an upgrade.

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { DenoStream, writeAll } from "./deno_stream.ts";

/** Bytes of one read; a request's head rarely needs more. */
const READ_BYTES = 16_384;

/** A node stream over a Deno connection. */
export class ConnDuplex extends Duplex {
  /** The connection below. */
  readonly conn: Deno.TcpConn;
  /** Requests in work. */
  inWork = 0;
  readonly #onClosed: (socket: ConnDuplex) => void;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #reading: Promise<Uint8Array | null> | undefined;
  #detached = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  /**
   * Takes the connection over.
   *
   * @param conn The connection; destroying the stream closes it.
   * @param onClosed Called once when the stream was destroyed, unless it was detached before.
   */
  constructor(conn: Deno.TcpConn, onClosed: (socket: ConnDuplex) => void) {
    super({ allowHalfOpen: true });
    this.conn = conn;
    this.#onClosed = onClosed;
  }

  /**
   * Sets the one deadline of the connection anew.
   *
   * @param ms Milliseconds until `late` is called; undefined: none.
   * @param late What to do then.
   */
  deadline(ms?: number, late?: () => void): void {
    clearTimeout(this.#deadline);
    this.#deadline = ms === undefined || this.destroyed ? undefined : setTimeout(late!, ms);
  }

  /**
   * Takes the connection out again; this stream is dead from then on.
   *
   * @param head Bytes that the parser read beyond the request.
   * @param onClosed Called once when the byte stream was closed.
   * @returns The connection as a byte stream, with every byte that was read and not used.
   */
  detach(head: Uint8Array, onClosed: () => void): DenoStream {
    this.#detached = true;
    this.deadline();
    const rest = this.read() as Buffer | null;
    return new DenoStream({
      conn: this.conn,
      head: rest === null ? head : Buffer.concat([head, rest]),
      first: this.#reading,
      closeWrite: () => this.conn.closeWrite(),
      onClosed,
    });
  }

  /** Reads once; called by the stream when it wants more. */
  override _read(): void {
    if (this.#reading !== undefined || this.#detached) return;
    this.#reading = this.conn.read(this.#buffer)
      .then((count) => count === null ? null : Buffer.from(this.#buffer.subarray(0, count)));
    this.#reading.then((chunk) => {
      if (this.#detached) return;
      this.#reading = undefined;
      this.push(chunk);
    }, (error) => {
      if (!this.#detached) this.destroy(error);
    });
  }

  /** Writes one chunk. */
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    writeAll(this.conn, chunk).then(() => done(), done);
  }

  /** Writes what is corked, head and body, at once. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    writeAll(this.conn, Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  /** Sends FIN. */
  override _final(done: () => void): void {
    this.conn.closeWrite().then(done, done);
  }

  /** Closes the connection. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.deadline();
    if (!this.#detached) {
      try {
        this.conn.close();
      } catch {
        // closed by the runtime already
      }
      this.#onClosed(this);
    }
    done(error);
  }

  /** What node:http asks of sockets; deadlines are kept elsewhere, TCP_NODELAY is set at once. */
  setTimeout(): this {
    return this;
  }
  /** See `setTimeout`. */
  setNoDelay(): this {
    return this;
  }
  /** See `setTimeout`. */
  setKeepAlive(): this {
    return this;
  }
}
