// One client and its server: two channels, two ordered lanes, two tables of waiting requests.
// A session only keeps state and moves bytes; what may pass is decided by the guard, in client_side and server_side.

import type { Clock, GuardCore, Identity, MessageContext } from "../guard/mod.ts";
import {
  CODE,
  type JsonLimits,
  JsonNumber,
  JsonObject,
  notification,
  writeJson,
} from "../wire/mod.ts";
import { failedCallReply } from "./answers.ts";
import { ClientSide } from "./client_side.ts";
import { FrameExchange } from "./frame_exchange.ts";
import { Gate, Lane } from "./lane.ts";
import type { Metrics } from "./metrics.ts";
import { type PendingRequest, PendingTable } from "./pending.ts";
import { clientJsonLimits, serverJsonLimits } from "./reading.ts";
import { ServerSide } from "./server_side.ts";
import type { Channel, CloseInfo } from "./transports/channel.ts";
import { UpstreamError } from "./transports/mod.ts";

/** Requests in flight over all sessions. */
export interface Budget {
  /** How many wait now. */
  used: number;
}

/** What a session is made of. */
export interface SessionOptions {
  /** The engine. */
  guard: GuardCore;
  /** The client's connection, not yet started. */
  client: Channel;
  /** Opens the server's connection; may reject with {@linkcode UpstreamError}. */
  connect: () => Promise<Channel>;
  /** Who the client is. */
  identity: Identity;
  /** Session id, minted by the guard. */
  id: string;
  /** Time. */
  clock: Clock;
  /** Figures. */
  metrics: Metrics;
  /** Shared over all sessions. */
  budget: Budget;
  /** Called once when both sides are closed. */
  onEnd: () => void;
}

/** How long a client without a server may wait for its first error before it is closed, ms. */
const DEAD_UPSTREAM_LINGER_MS = 2000;

/** A client, its server, and everything that waits between them. */
export class Session {
  /** What it was made of. */
  readonly options: SessionOptions;
  /** Where its messages come from, for the audit. */
  readonly context: MessageContext;
  /** Requests of the client that wait for the server. */
  readonly calls = new PendingTable();
  /** Requests of the server that wait for the client. */
  readonly asks = new PendingTable();
  /** Small frames that wait for the server. */
  readonly frames: FrameExchange;
  /** Bounds for the client's JSON. */
  readonly clientLimits: JsonLimits;
  /** Bounds for the server's JSON. */
  readonly serverLimits: JsonLimits;
  /** Extensions that the server has declared, e.g. `tasks`. */
  readonly extensions = new Set<string>();

  readonly #clientGate: Gate;
  readonly #serverGate: { hold(): void; release(): void };
  readonly #clientLane: Lane;
  #serverLane: Lane | null = null;
  #upstream: Channel | null = null;
  #upstreamGate: Gate | null = null;
  #upstreamError: string | null = null;
  #opened: Promise<Channel | null> | null = null;
  #ended = false;
  #clientClosed = false;
  #draining = false;
  #lastActive: number;
  #lingerUntil = Infinity;
  #malformed = 0;

  /** @param options What the session is made of. */
  constructor(options: SessionOptions) {
    this.options = options;
    const { client, guard, clock } = options;
    this.context = { transport: client.transport, session: options.id, remote: client.remote };
    this.clientLimits = clientJsonLimits(guard.policy.limits);
    this.serverLimits = serverJsonLimits(guard.policy.limits);
    this.frames = new FrameExchange(this);
    this.#lastActive = clock.monotonic();
    const side = new ClientSide(this);
    this.#clientGate = new Gate(client);
    this.#serverGate = {
      hold: () => this.#upstreamGate?.hold("slow_peer"),
      release: () => this.#upstreamGate?.release("slow_peer"),
    };
    this.#clientLane = new Lane(
      (bytes) => this.#guarded(() => side.handle(bytes)),
      this.#clientGate,
      guard.policy.limits.highWaterBytes,
    );
  }

  /** Starts reading from the client and opens the server's connection. */
  start(): void {
    this.#opened = this.#open();
    this.options.client.start({
      onMessage: (bytes) => {
        this.#lastActive = this.options.clock.monotonic();
        this.options.metrics.count("mcpguard_client_messages_total");
        this.options.metrics.count("mcpguard_client_bytes_total", bytes.byteLength);
        this.#clientLane.push(bytes);
      },
      onClose: (info) => void this.#clientGone(info),
      onDrain: () => this.#serverGate.release(),
    });
  }

  /** Requests that wait, over both directions. */
  get inFlight(): number {
    return this.calls.size + this.asks.size + this.frames.size;
  }

  /** Sends to the client; holds the server back while the client does not read. */
  toClient(tree: JsonObject): void {
    if (!this.#clientClosed && !this.options.client.send(writeJson(tree))) this.#serverGate.hold();
  }

  /**
   * Sends to the server; holds the client back while the server does not read.
   *
   * @param tree The message as it was judged.
   * @returns Null when it was sent, else why there is no server.
   */
  async toServer(tree: JsonObject): Promise<string | null> {
    const channel = this.#upstream ?? await this.#opened;
    if (channel === null || channel === undefined || this.#upstreamError !== null) {
      return this.#upstreamError ?? "the server's connection is closed";
    }
    if (!channel.send(writeJson(tree))) this.#clientGate.hold("slow_peer");
    return null;
  }

  /** Counts a refused frame, and hangs up on a peer that sends nothing else. */
  malformed(close: number | null, code: string): void {
    this.options.metrics.count("mcpguard_malformed_total");
    this.#malformed++;
    if (close !== null) this.close(close, code);
    else if (this.#malformed > 100) this.close(1008, "too many malformed messages");
  }

  /** Gives up requests whose time is over, and the session when it was silent for too long. */
  async sweep(now: number): Promise<void> {
    const { limits } = this.options.guard.policy;
    for (const call of this.calls.expire(now)) await this.#timedOut(call);
    for (const ask of this.asks.expire(now)) await this.settle(ask, "timeout");
    this.frames.expire(now);
    if (now >= this.#lingerUntil) this.close(1011, "the server cannot be reached");
    else if (this.inFlight === 0 && now - this.#lastActive > limits.idleMs) {
      this.close(1001, "idle");
    }
  }

  /** Takes no more from the client, lets what waits finish, then closes. */
  drain(): void {
    this.#draining = true;
    if (this.inFlight === 0) {
      void this.#clientLane.idle().then(() => {
        if (this.inFlight === 0) this.close(1001, "the guard is shutting down");
      });
    }
  }

  /** Whether new requests are refused because the guard is shutting down. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Closes both sides. */
  close(code: number, reason: string): void {
    this.options.client.close(code, reason);
  }

  /** Keeps the outcome of a request that left the table. */
  async settle(
    request: Pick<PendingRequest, "decision" | "inquiry" | "startedAt">,
    status: "ok" | "error" | "timeout" | "cancelled",
    extra: { response?: JsonObject; detail?: string } = {},
  ): Promise<void> {
    const { guard, clock, budget, metrics } = this.options;
    budget.used--;
    metrics.move("mcpguard_in_flight", -1);
    await this.#guarded(() =>
      guard.outcome(request.decision, request.inquiry, {
        status,
        durationMs: clock.monotonic() - request.startedAt,
        ...(extra.response === undefined ? {} : { response: extra.response }),
        ...(extra.detail === undefined ? {} : { detail: extra.detail }),
      })
    );
    if (this.#draining && this.inFlight === 0) this.close(1001, "the guard is shutting down");
  }

  async #open(): Promise<Channel | null> {
    const { connect, metrics, guard } = this.options;
    let channel: Channel;
    try {
      channel = await connect();
    } catch (error) {
      const why = error instanceof UpstreamError ? error.message : "the server cannot be reached";
      this.#upstreamError = why;
      metrics.count("mcpguard_upstream_failures_total");
      await guard.refuse({
        reason: "UpstreamFailed",
        rule: `upstream.${error instanceof UpstreamError ? error.code : "failed"}`,
        message: why,
        identity: this.options.identity,
        context: this.context,
      });
      this.#lingerUntil = this.options.clock.monotonic() + DEAD_UPSTREAM_LINGER_MS;
      return null;
    }
    if (this.#clientClosed) {
      channel.close(1001, "the client has left");
      return null;
    }
    const side = new ServerSide(this);
    const gate = new Gate(channel);
    this.#upstreamGate = gate;
    this.#serverLane = new Lane(
      (bytes) => this.#guarded(() => side.handle(bytes)),
      gate,
      guard.policy.limits.highWaterBytes,
    );
    this.#upstream = channel;
    channel.start({
      onMessage: (bytes) => {
        this.#lastActive = this.options.clock.monotonic();
        metrics.count("mcpguard_server_messages_total");
        metrics.count("mcpguard_server_bytes_total", bytes.byteLength);
        this.#serverLane?.push(bytes);
      },
      onClose: (info) => void this.#serverGone(info),
      onDrain: () => this.#clientGate.release("slow_peer"),
    });
    return channel;
  }

  async #timedOut(call: PendingRequest): Promise<void> {
    const { limits } = this.options.guard.policy;
    this.options.metrics.count("mcpguard_call_timeouts_total");
    this.toClient(
      failedCallReply(
        call.peerId,
        CODE.TIMEOUT,
        `the server did not answer within ${limits.callTimeoutMs} ms`,
      ),
    );
    await this.settle(call, "timeout", { detail: "call.timeout" });
    await this.toServer(cancelled(call.guardId, "timed out"));
  }

  async #clientGone(info: CloseInfo): Promise<void> {
    this.#clientClosed = true;
    this.#clientLane.close();
    if (info.code === 1013) this.options.metrics.count("mcpguard_slow_peers_total");
    if (info.violation !== undefined) {
      this.options.metrics.count("mcpguard_malformed_total");
      await this.options.guard.refuse({
        reason: "MalformedMessage",
        rule: info.violation,
        message: "the client broke the transport's protocol, so the connection was closed",
        identity: this.options.identity,
        context: this.context,
      });
    }
    for (const call of this.calls.drain()) {
      await this.settle(call, "cancelled", { detail: "client.gone" });
    }
    for (const ask of this.asks.drain()) {
      await this.settle(ask, "cancelled", { detail: "client.gone" });
    }
    await this.frames.abort("client.gone");
    this.#upstream?.close(1000, "the client has left");
    this.#end();
  }

  async #serverGone(info: CloseInfo): Promise<void> {
    // What the server sent before it left is still delivered.
    await this.#serverLane?.idle();
    this.#upstreamError = "the server closed the connection";
    this.options.metrics.count("mcpguard_upstream_failures_total", info.local ? 0 : 1);
    this.#serverLane?.close();
    if (this.#clientClosed) return;
    if (info.violation !== undefined) {
      await this.options.guard.refuse({
        reason: "UpstreamFailed",
        rule: info.violation,
        message: "the server broke the transport's protocol, so its connection was closed",
        direction: "s2c",
        identity: this.options.identity,
        context: this.context,
      });
    }
    for (const call of this.calls.drain()) {
      this.toClient(
        failedCallReply(call.peerId, CODE.UPSTREAM, "the server's connection was lost"),
      );
      await this.settle(call, "error", { detail: "upstream.lost" });
    }
    for (const ask of this.asks.drain()) {
      await this.settle(ask, "cancelled", { detail: "upstream.lost" });
    }
    await this.frames.abort("upstream.lost");
    this.close(1011, "the server's connection was lost");
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.options.onEnd();
  }

  /** A failure in here is ours: the session ends, and no other session notices. */
  async #guarded(work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch {
      this.options.metrics.count("mcpguard_audit_failures_total");
      this.close(1011, "internal failure");
    }
  }
}

/** `notifications/cancelled` for a request that the guard itself gives up. */
function cancelled(guardId: number, reason: string): JsonObject {
  return notification(
    "notifications/cancelled",
    new JsonObject(["requestId", "reason"], [new JsonNumber(String(guardId)), reason]),
  );
}
