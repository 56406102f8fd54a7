// A WebSocket peer for tests that knows no rules: it sends any bytes, and shows the bytes and frames that come back.

import { concat, parseFrame, type RawFrame } from "./ws_raw_frames.ts";

export * from "./ws_raw_frames.ts";

/** A TCP connection for tests: bytes out, bytes, heads and frames in. */
export class RawSocket {
  /** The connection below. */
  readonly conn: Deno.Conn;
  #held: Uint8Array = new Uint8Array(0);
  #ended = false;

  /** @param conn An open connection; it belongs to the socket. */
  constructor(conn: Deno.Conn) {
    this.conn = conn;
  }

  /** Connects to a port of this machine. */
  static async connect(port: number): Promise<RawSocket> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay(true);
    return new RawSocket(conn);
  }

  /**
   * Sends bytes.
   *
   * @param data Bytes, or text that is sent as UTF-8.
   * @returns False when the peer takes no more.
   */
  async write(data: string | Uint8Array): Promise<boolean> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    try {
      for (let at = 0; at < bytes.length;) at += await this.conn.write(bytes.subarray(at));
      return true;
    } catch {
      return false;
    }
  }

  /** Sends bytes in pieces of a size, one write each. */
  async writeInPieces(bytes: Uint8Array, size: number): Promise<boolean> {
    for (let at = 0; at < bytes.length; at += size) {
      if (!await this.write(bytes.subarray(at, at + size))) return false;
    }
    return true;
  }

  /** Waits for more bytes; false at the end of the connection, also by a reset. */
  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const buffer = new Uint8Array(65536);
    const count = await this.conn.read(buffer).catch(() => null);
    if (count === null) this.#ended = true;
    else this.#held = concat(this.#held, buffer.subarray(0, count));
    return !this.#ended;
  }

  /** Reads so many bytes; fewer when the connection ends before. */
  async take(count: number): Promise<Uint8Array> {
    while (this.#held.length < count && await this.more());
    return this.#take(count);
  }

  #take(count: number): Uint8Array {
    const bytes = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    return bytes;
  }

  /** Reads up to and with the empty line of an HTTP head; whatever there is, when the connection ends before. */
  async head(): Promise<string> {
    for (;;) {
      const text = new TextDecoder("latin1").decode(this.#held);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) return new TextDecoder("latin1").decode(this.#take(end + 4));
      if (!await this.more()) {
        return new TextDecoder("latin1").decode(this.#take(this.#held.length));
      }
    }
  }

  /** Reads so many bytes; fewer when the connection ends before. */
  async bytes(count: number): Promise<Uint8Array> {
    while (this.#held.length < count && await this.more());
    return this.#take(count);
  }

  /** Reads everything up to the end of the connection. */
  async rest(): Promise<Uint8Array> {
    while (await this.more());
    return this.#take(this.#held.length);
  }

  /** Reads one frame; null at the end of the connection. */
  async frame(): Promise<RawFrame | null> {
    for (;;) {
      const found = parseFrame(this.#held);
      if (found !== undefined) {
        this.#take(found.size);
        return found.frame;
      }
      if (!await this.more()) return null;
    }
  }

  /** Reads every frame up to the end of the connection. */
  async frames(): Promise<RawFrame[]> {
    const all: RawFrame[] = [];
    for (let one = await this.frame(); one !== null; one = await this.frame()) all.push(one);
    return all;
  }

  /** Sends FIN and keeps reading. */
  async closeWrite(): Promise<void> {
    await (this.conn as Deno.TcpConn).closeWrite();
  }

  /** Closes; with bytes of the peer unread the system sends RST instead of FIN. */
  close(): void {
    try {
      this.conn.close();
    } catch {
      // closed already
    }
  }
}

/**
 * Writes the head of a WebSocket upgrade.
 *
 * @param options `drop`: names to leave out; `headers`: headers to add, after the others.
 * @returns The head with its empty line.
 */
export function upgradeHead(
  options: {
    method?: string;
    path?: string;
    version?: string;
    drop?: readonly string[];
    headers?: readonly (readonly [string, string])[];
  } = {},
): string {
  const drop = (options.drop ?? []).map((name) => name.toLowerCase());
  const headers = [
    ["Host", "127.0.0.1"],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ].filter(([name]) => !drop.includes(name!.toLowerCase()));
  return `${options.method ?? "GET"} ${options.path ?? "/ws"} HTTP/${
    options.version ?? "1.1"
  }\r\n` +
    [...headers, ...(options.headers ?? [])].map(([name, value]) => `${name}: ${value}\r\n`).join(
      "",
    ) +
    "\r\n";
}

/**
 * Connects and upgrades.
 *
 * @param port Port of this machine.
 * @param options As for `upgradeHead`.
 * @returns The upgraded connection.
 * @throws {Error} When the answer is not 101.
 */
export async function openRaw(
  port: number,
  options: Parameters<typeof upgradeHead>[0] = {},
): Promise<RawSocket> {
  const socket = await RawSocket.connect(port);
  await socket.write(upgradeHead(options));
  const head = await socket.head();
  if (!head.startsWith("HTTP/1.1 101 ")) {
    socket.close();
    throw new Error(`No upgrade: ${head.split("\r\n")[0]}`);
  }
  return socket;
}

/**
 * Listens as a hostile server: each connection is handed over raw.
 *
 * @param serve Handles one connection.
 * @returns Its port, and what closes it.
 */
export function rawServer(
  serve: (socket: RawSocket) => Promise<void>,
): { port: number; close(): Promise<void> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<RawSocket>();
  const loop = (async (): Promise<void> => {
    const served: Promise<void>[] = [];
    for await (const conn of listener) {
      const socket = new RawSocket(conn);
      open.add(socket);
      served.push(serve(socket));
    }
    await Promise.all(served);
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    close: async (): Promise<void> => {
      listener.close();
      open.forEach((socket) => socket.close());
      await loop;
    },
  };
}
