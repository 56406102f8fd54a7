// The server behind the guard: a real WebSocket server that keeps what reaches it and says what a case tells it to.

/** The member of `_meta` by which the runner knows its own messages; they count as no forwarded message. */
export const RUNNER_MARK = "catalogue/runner";

/** A message as the server got it. */
export interface Received {
  /** The text; for a binary message its bytes in hexadecimal. */
  text: string;
  /** The parsed text, or undefined. */
  // deno-lint-ignore no-explicit-any -- whatever the guard let through
  json: any;
  /** Whether it has been answered. */
  answered: boolean;
}

/** Results by method; one with a member `error` is an error. */
// deno-lint-ignore no-explicit-any -- params are whatever the guard let through
export type Answers = Map<string, (params: any) => unknown>;

/** What a case's answer returns where none is to be given. */
export const SILENCE = Symbol("silence");

/** One connection of the guard. */
export class UpstreamConnection {
  /** Messages of the case, in order; those of the runner are answered and left out. */
  readonly received: Received[] = [];
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  /** Whether the messages of the case are answered as they come. */
  answering = false;
  /** Answers of a case in the place of the honest ones, by method. */
  readonly answers: Answers;
  readonly #socket: WebSocket;
  readonly #waiters = new Set<() => void>();

  /**
   * @param socket The accepted socket.
   * @param answers Answers of a case, by method.
   */
  constructor(socket: WebSocket, answers: Answers) {
    this.#socket = socket;
    this.answers = answers;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event: MessageEvent): void => this.#take(event.data);
    const closed = Promise.withResolvers<void>();
    socket.onclose = (): void => closed.resolve();
    socket.onerror = (): void => closed.resolve();
    this.closed = closed.promise;
  }

  /** Sends text or bytes as one text message where the bytes are UTF-8, else as a binary one. */
  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  /** Answers what has not been answered, and everything that comes from now on. */
  answerAll(): void {
    this.answering = true;
    for (const message of this.received) this.#answer(message);
  }

  /** Resolves when so many messages of the case have come. */
  async count(n: number): Promise<void> {
    while (this.received.length < n) {
      await new Promise<void>((resolve) => {
        const waiter = (): void => {
          this.#waiters.delete(waiter);
          resolve();
        };
        this.#waiters.add(waiter);
      });
    }
  }

  #take(data: string | ArrayBuffer): void {
    const text = typeof data === "string" ? data : `binary:${new Uint8Array(data).toHex()}`;
    let json: Received["json"];
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    const message: Received = { text, json, answered: false };
    if (
      json?.params?._meta?.[RUNNER_MARK] !== undefined || json?.args?.[RUNNER_MARK] !== undefined
    ) {
      return this.#answer(message);
    }
    this.received.push(message);
    if (this.answering) this.#answer(message);
    for (const waiter of [...this.#waiters]) waiter();
  }

  #answer(message: Received): void {
    if (message.answered) return;
    message.answered = true;
    const { json } = message;
    if (json?.type === "tool_call") {
      this.send(JSON.stringify({ type: "tool_result", result: { ok: true } }));
    } else if (json?.id !== undefined && typeof json.method === "string") {
      const result = (this.answers.get(json.method) ?? ((params) => resultOf(json.method, params)))(
        json.params,
      );
      if (result === SILENCE) return;
      const failed = typeof result === "object" && result !== null && "error" in result;
      this.send(JSON.stringify({ jsonrpc: "2.0", id: json.id, ...failed ? result : { result } }));
    }
  }
}

/** What an honest server of the fixture answers. */
// deno-lint-ignore no-explicit-any -- params are whatever the guard let through
function resultOf(method: string, params: any): unknown {
  switch (method) {
    case "initialize":
      return {
        protocolVersion: params?.protocolVersion ?? "2025-06-18",
        capabilities: { tools: {}, resources: {}, prompts: {} },
        serverInfo: { name: "fixture", version: "1" },
      };
    case "tools/list":
      return {
        tools: ["read_file", "delete_file", "echo", "http_post", "pay", "search"].map((name) => ({
          name,
          inputSchema: { type: "object" },
        })),
      };
    case "tools/call":
      return { content: [{ type: "text", text: "ok" }] };
    case "resources/list":
      return {
        resources: ["file:///pub/a.txt", "file:///priv/b.txt"].map((uri) => ({ uri, name: uri })),
      };
    case "resources/read":
      return { contents: [{ uri: params?.uri, text: "ok" }] };
    case "prompts/list":
      return { prompts: [{ name: "greet" }, { name: "secret_prompt" }] };
    case "prompts/get":
      return { messages: [{ role: "user", content: { type: "text", text: "Hello" } }] };
    default:
      return {};
  }
}

/** The server. */
export class Upstream implements AsyncDisposable {
  /** `ws://127.0.0.1:PORT/`. */
  readonly url: string;
  /** Every connection so far. */
  readonly connections: UpstreamConnection[] = [];
  /** Whether new connections answer what they get; those of cases do not. */
  answering = false;
  /** Answers of a case in the place of the honest ones, by method. */
  readonly answers: Answers = new Map();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #waiting: ((connection: UpstreamConnection) => void)[] = [];
  readonly #fresh: UpstreamConnection[] = [];

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const protocol = request.headers.get("sec-websocket-protocol")?.split(",")[0]?.trim();
      const { socket, response } = Deno.upgradeWebSocket(
        request,
        { idleTimeout: 0, ...(protocol === undefined ? {} : { protocol }) },
      );
      const connection = new UpstreamConnection(socket, this.answers);
      connection.answering = this.answering;
      this.connections.push(connection);
      socket.addEventListener("open", () => {
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#fresh.push(connection);
        else waiting(connection);
      });
      return response;
    });
    this.url = `ws://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** The next connection that nobody has taken yet. */
  accept(): Promise<UpstreamConnection> {
    const fresh = this.#fresh.shift();
    if (fresh !== undefined) return Promise.resolve(fresh);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Forgets connections that nobody has taken. */
  forget(): void {
    this.#fresh.length = 0;
  }

  /** Messages of cases over all connections. */
  get forwarded(): number {
    return this.connections.reduce((sum, c) => sum + c.received.length, 0);
  }

  /** Closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
