// The client of a case: any bytes out, every frame in, answers found by their id.

import { closeCode, frame, openRaw, RawSocket, upgradeHead } from "../kit/ws_raw.ts";

/** A parsed message. */
// deno-lint-ignore no-explicit-any -- whatever the guard answers; the judges look closely
export type Message = any;

/** An upgraded connection to the guard. */
export class Client {
  /** Every text message so far. */
  readonly messages: Message[] = [];
  /** Pongs so far. */
  pongs = 0;
  /** The close code the guard sent, 1005 without one, 1006 when the connection ended without Close. */
  closeCode: number | null = null;
  /** Resolves with the close code when the connection has ended. */
  readonly closed: Promise<number>;
  readonly #socket: RawSocket;
  readonly #waiters = new Set<() => void>();

  /** @param socket An upgraded connection. */
  constructor(socket: RawSocket) {
    this.#socket = socket;
    this.closed = this.#read();
  }

  /** Connects and upgrades. */
  static async open(
    port: number,
    headers: readonly (readonly [string, string])[] = [],
    path = "/ws",
  ): Promise<Client> {
    return new Client(
      await openRaw(port, {
        drop: ["Host"],
        path,
        headers: [["Host", `127.0.0.1:${port}`], ...headers],
      }),
    );
  }

  /** Sends one message: text where the bytes are meant as such, also when they are no UTF-8. */
  async send(data: string | Uint8Array): Promise<boolean> {
    return await this.#socket.write(frame({ payload: data }));
  }

  /** Sends bytes as they are. */
  async raw(bytes: Uint8Array): Promise<boolean> {
    return await this.#socket.write(bytes);
  }

  /** Ends the sending half. */
  async closeWrite(): Promise<void> {
    await this.#socket.closeWrite().catch(() => {});
  }

  /**
   * Waits for a message.
   *
   * @param test Which one.
   * @returns It, or null when the connection ends first.
   */
  async find(test: (message: Message) => boolean): Promise<Message | null> {
    for (let seen = 0;;) {
      for (; seen < this.messages.length; seen++) {
        if (test(this.messages[seen])) return this.messages[seen];
      }
      if (this.closeCode !== null) return null;
      await new Promise<void>((resolve) => {
        const waiter = (): void => {
          this.#waiters.delete(waiter);
          resolve();
        };
        this.#waiters.add(waiter);
      });
    }
  }

  /** Asks and waits for the answer; null when the connection ends first. */
  async ask(message: { id: string | number } & Record<string, unknown>): Promise<Message | null> {
    const from = this.messages.length;
    await this.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
    return await this.find((m) => m.id === message.id && this.messages.indexOf(m) >= from);
  }

  /** Hangs up and waits for the end. */
  async close(): Promise<void> {
    if (this.closeCode === null) {
      await this.#socket.write(frame({ op: 8, payload: Uint8Array.of(3, 232) }));
    }
    await this.closed;
    this.#socket.close();
  }

  /** Hangs up without a word. */
  drop(): void {
    this.#socket.close();
  }

  async #read(): Promise<number> {
    for (;;) {
      const one = await this.#socket.frame();
      if (one === null) break;
      if (one.op === 8) {
        this.closeCode = closeCode(one);
        break;
      }
      if (one.op === 10) this.pongs++;
      if (one.op === 1) this.messages.push(parsed(new TextDecoder().decode(one.payload)));
      this.#wake();
    }
    this.closeCode ??= 1006;
    this.#wake();
    return this.closeCode;
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }
}

function parsed(text: string): Message {
  try {
    return JSON.parse(text);
  } catch {
    return { unparsable: text };
  }
}

/** The answer to a handshake or a plain request. */
export interface HttpAnswer {
  status: number;
  head: string;
  body: string;
}

/**
 * Sends one request byte by byte and reads the answer up to the end of the connection or its announced length.
 *
 * @param port The guard's port.
 * @param head The head with its empty line, as text.
 * @param body The body.
 * @returns The answer; status 0 when the connection ended without one.
 */
export async function rawRequest(port: number, head: string, body = ""): Promise<HttpAnswer> {
  const socket = await RawSocket.connect(port);
  try {
    await socket.write(head + body);
    const answer = await socket.head();
    const status = Number(/^HTTP\/1\.[01] ([0-9]{3}) /.exec(answer)?.[1] ?? 0);
    if (status === 101) return { status, head: answer, body: "" };
    const length = /^content-length: *([0-9]+)/im.exec(answer)?.[1];
    const bytes = length === undefined ? await socket.rest() : await socket.bytes(Number(length));
    return { status, head: answer, body: new TextDecoder().decode(bytes) };
  } finally {
    socket.close();
  }
}

/** Tries a handshake with these headers. */
export function handshake(
  port: number,
  headers: readonly (readonly [string, string])[],
  options: { path?: string; method?: string; version?: string; drop?: string[] } = {},
): Promise<HttpAnswer> {
  const { drop = [], ...rest } = options;
  const host: [string, string][] = drop.includes("Host") ? [] : [["Host", `127.0.0.1:${port}`]];
  return rawRequest(
    port,
    upgradeHead({ ...rest, drop: ["Host", ...drop], headers: [...host, ...headers] }),
  );
}

/** Sends one `POST /call`. */
export function postCall(
  port: number,
  headers: readonly (readonly [string, string])[],
  body: string,
  path = "/call",
): Promise<HttpAnswer> {
  const lines = [["Host", `127.0.0.1:${port}`], ["Connection", "close"], [
    "Content-Length",
    String(new TextEncoder().encode(body).length),
  ], ...headers];
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return rawRequest(port, `POST ${path} HTTP/1.1\r\n${head}\r\n`, body);
}
