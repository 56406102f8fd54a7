// One client and its server: two channels, two ordered lanes, two tables of waiting requests.
// A session only keeps state and moves bytes; what may pass is decided by the guard, in the client's and server's sides.

import type { Decision, Inquiry, MessageContext, Outcome, OutrightRefusal } from "../guard/mod.ts";
import type { Limits } from "../policy/types.ts";
import { type JsonLimits, type JsonObject, writeJson } from "../wire/mod.ts";
import { decide, keepOutcome, refuse, type Sender } from "./asking.ts";
import { ClientSide } from "./client_side.ts";
import {
  cancelWaiting,
  clientViolation,
  endCredential,
  failSent,
  failWaiting,
  giveUpLate,
  lossOf,
  ownFailure,
  serverViolation,
  type Settled,
  slowOrBroken,
} from "./endings.ts";
import { Negotiation } from "./extensions.ts";
import { FrameExchange } from "./frame_exchange.ts";
import { Held } from "./held.ts";
import { Gate, Lane } from "./lane.ts";
import { messageInfo, passManner } from "./message_info.ts";
import { PendingTable } from "./pending.ts";
import { clientJsonLimits, type Read, serverJsonLimits } from "./reading.ts";
import { ServerSide } from "./server_side.ts";
import type { SessionOptions } from "./session_options.ts";
import { Standing } from "./standing.ts";
import type { CloseInfo, MessageInfo } from "./transports/channel.ts";
import { ToolBook } from "./tool_book.ts";
import { Upstream } from "./upstream.ts";

/** How long a client without a server may wait for its answers before it is closed, ms. */
const DEAD_UPSTREAM_LINGER_MS = 2000;

/** Malformed messages after which a client is closed. */
const MALFORMED = 100;

/** A client, its server, and everything that waits between them. */
export class Session {
  /** What it was made of. */
  readonly options: SessionOptions;
  /** Where its messages come from, for the audit. */
  readonly context: MessageContext;
  /** The client as a sender. */
  readonly client: Sender;
  /** The server as a sender: what it says is judged for the client that would get it. */
  readonly server: Sender;
  /** Bounds for the client's JSON. */
  readonly clientLimits: JsonLimits;
  /** Bounds for the server's JSON. */
  readonly serverLimits: JsonLimits;
  /** The policy's limits. */
  readonly limits: Limits;
  /** Requests of the client that wait for the server. */
  readonly calls = new PendingTable();
  /** Requests of the server that wait for the client. */
  readonly asks = new PendingTable();
  /** Small frames that wait for the server. */
  readonly frames: FrameExchange;
  /** Messages that wait for a human. */
  readonly held: Held;
  /** What both sides have negotiated. */
  readonly negotiation = new Negotiation();
  /** What the server says of its tools. */
  readonly tools = new ToolBook();
  /** The server's connection. */
  readonly upstream: Upstream;
  /** Whether the client's credential still stands. */
  readonly standing: Standing;

  readonly #clientGate: Gate;
  readonly #clientLane: Lane<Uint8Array | Read>;
  #gone = false;
  #draining = false;
  #lastActive: number;
  #lingerUntil = Infinity;
  #malformed = 0;

  /** @param options What the session is made of. */
  constructor(options: SessionOptions) {
    this.options = options;
    const { client, guard, clock, identity, metrics } = options;
    const { upstream } = options;
    this.context = {
      ...{ transport: client.transport, session: options.id, remote: client.remote },
      ...(upstream === undefined ? {} : { upstream }),
    };
    this.client = { identity, direction: "c2s", context: this.context };
    this.server = { identity, direction: "s2c", context: this.context };
    this.limits = guard.policy.limits;
    this.clientLimits = clientJsonLimits(this.limits);
    this.serverLimits = serverJsonLimits(this.limits);
    this.standing = new Standing(options, (rule) => endCredential(this, rule));
    this.frames = new FrameExchange(this);
    this.held = new Held(this);
    this.#lastActive = clock.monotonic();
    const highBytes = this.limits.highWaterBytes;
    const failed = (error: unknown): void => ownFailure(this, error);
    const [clientSide, serverSide] = [new ClientSide(this), new ServerSide(this)];
    this.#clientGate = new Gate(client);
    this.#clientLane = new Lane({
      handle: (message) => this.standing.holds() ? clientSide.handle(message) : Promise.resolve(),
      failed,
      gate: this.#clientGate,
      highBytes,
    });
    this.upstream = new Upstream({
      connect: options.connect,
      highBytes,
      heard: (bytes) => {
        this.#lastActive = clock.monotonic();
        metrics.count("mcpguard_server_messages_total");
        metrics.count("mcpguard_server_bytes_total", bytes.byteLength);
      },
      handle: (bytes) => this.standing.holds() ? serverSide.handle(bytes) : undefined,
      failed,
      unreachable: (code, why) => this.#unreachable(code, why),
      gone: (info) => this.#serverGone(info),
      sendFailed: (about, failure) => failSent(this, about, failure),
      manner: (id, manner) => passManner(options.client, this.calls, id, manner),
      violated: (code) => serverViolation(this, code),
      room: () => this.#clientGate.release("slow_peer"),
    });
  }

  /** Starts reading from the client and opens the server's connection. */
  start(): void {
    this.upstream.open();
    this.options.client.start({
      onMessage: (bytes) => this.#take(bytes, bytes.byteLength),
      onClose: (info) => this.#clientGone(info),
      onEnd: () => void this.#clientLane.idle().then(() => this.drain()),
      onViolation: (code) => clientViolation(this, code),
      onDrain: () => {
        this.#clientGate.release("slow_self");
        this.upstream.release();
      },
    });
  }

  /**
   * Takes a message that its transport has read already (HTTP must know a message before it can answer); in order with
   * the others, and never read twice.
   *
   * @param read The message.
   * @param size Its size on the wire, bytes.
   */
  receive(read: Read, size: number): void {
    this.#take(read, size);
  }

  /** Resolves when the client's messages that are here have been handled. */
  handled(): Promise<void> {
    return this.#clientLane.idle();
  }

  /** Monotonic milliseconds when either side last said something. */
  get lastActive(): number {
    return this.#lastActive;
  }

  #take(message: Uint8Array | Read, size: number): void {
    const { clock, metrics } = this.options;
    this.#lastActive = clock.monotonic();
    metrics.count("mcpguard_client_messages_total");
    metrics.count("mcpguard_client_bytes_total", size);
    this.#clientLane.push(message, size);
  }

  /** Requests that wait, over both directions. */
  get inFlight(): number {
    return this.waiting + this.asks.size;
  }

  /** Requests and frames of the client that wait. */
  get waiting(): number {
    return this.calls.size + this.frames.size + this.held.size;
  }

  /** Whether the client has left: nothing may be forwarded for it any more. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Whether new requests are refused because the guard is shutting down. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Asks the engine; the record is kept when this returns. */
  decide(inquiry: Inquiry): Promise<Decision> {
    return decide(this.options, inquiry);
  }

  /** Refuses what never became a question, in this session's name, and keeps the record. */
  refuse(refusal: OutrightRefusal): Promise<Decision> {
    return refuse(this.options, {
      identity: this.options.identity,
      context: this.context,
      ...refusal,
    });
  }

  /**
   * Sends to the client; while it does not read, neither it nor the server is read.
   *
   * @param tree The message as it was judged.
   * @param related Key of the client's request that it belongs to, where the message itself does not say.
   */
  toClient(tree: JsonObject, related?: string): void {
    if (this.#gone) return;
    const about = messageInfo(tree, this.calls);
    if (related !== undefined) about.related = related;
    if (this.options.client.send(writeJson(tree), about)) return;
    this.#clientGate.hold("slow_self");
    this.upstream.hold();
  }

  /**
   * Sends to the server, once it is connected; holds the client back while the server does not read.
   *
   * @param tree The message as it was judged.
   * @param headers Headers that came with it and go on with it.
   */
  toServer(tree: JsonObject, headers?: MessageInfo["headers"]): void | Promise<void> {
    const send = (): void => {
      const about = { ...messageInfo(tree, this.asks), ...(headers && { headers }) };
      if (!this.upstream.send(tree, about)) this.#clientGate.hold("slow_peer");
    };
    return this.upstream.opening === null ? send() : this.upstream.opening.then(send);
  }

  /** Counts a refused message, and hangs up on a peer that sends nothing else. */
  malformed(close: number | null, code: string): void {
    this.options.metrics.count("mcpguard_malformed_total");
    // On a pipe the next line is a new chance; a socket that carries no JSON is not what it says it is.
    if (close !== null && this.options.client.transport !== "stdio") this.close(close, code);
    else if (++this.#malformed > MALFORMED) this.close(1008, "too many malformed messages");
  }

  /** Gives up requests whose time is over, and the session when it was silent for too long. */
  sweep(now: number): void {
    if (!this.standing.holds()) return;
    this.held.sweep(now);
    giveUpLate(this, now);
    if (now >= this.#lingerUntil) return this.close(1011, "the server cannot be reached");
    // A client on a pipe that waits between two calls is no idle connection: it ends with its own process.
    const idleMs = this.options.client.transport === "stdio" ? Infinity : this.limits.idleMs;
    if (this.inFlight === 0 && now - this.#lastActive > idleMs) this.close(1001, "idle");
  }

  /** Takes no more from the client, lets what waits finish, then closes. */
  drain(): void {
    this.#draining = true;
    this.held.refuseAll("limits.draining");
    // A subscription ends when its connection does, so nobody waits for that.
    const busy = (): boolean =>
      this.calls.ending + this.asks.size + this.frames.size + this.held.size > 0;
    if (busy()) return;
    void this.#clientLane.idle().then(() => {
      if (!busy()) this.close(1001, "the guard is shutting down");
    });
  }

  /** Closes both sides, once the client's messages that are already here are answered. */
  closeSoon(code: number, reason: string): void {
    this.#clientGate.hold("closing");
    this.#lingerUntil = this.options.clock.monotonic() + DEAD_UPSTREAM_LINGER_MS;
    void this.#clientLane.idle().then(() => this.close(code, reason));
  }

  /** Closes both sides; what the client has sent and nobody has looked at yet is dropped. */
  close(code: number, reason: string): void {
    this.#clientLane.close();
    this.options.client.close(code, reason);
  }

  /** Gives back the place of a request that no longer waits, and keeps its outcome. */
  settle(
    request: Settled,
    status: Outcome["status"],
    extra: Pick<Outcome, "response" | "detail" | "findings" | "uris"> = {},
  ): void {
    const durationMs = this.options.clock.monotonic() - request.startedAt;
    this.options.budget.give();
    keepOutcome(this.options, request.decision, request.inquiry, { status, durationMs, ...extra });
    if (this.#draining) this.drain();
  }

  #unreachable(code: string, why: string): void {
    this.options.metrics.count("mcpguard_upstream_failures_total");
    void this.refuse({ reason: "UpstreamFailed", rule: `upstream.${code}`, message: why });
    // The client's first request is still answered; a client that sends none is not kept.
    this.#lingerUntil = this.options.clock.monotonic() + DEAD_UPSTREAM_LINGER_MS;
  }

  #clientGone(info: CloseInfo): void {
    this.#gone = true;
    this.#clientLane.close();
    slowOrBroken(this, info, "c2s");
    cancelWaiting(this, "client.gone");
    this.upstream.close(1000, "the client has left");
    this.options.onEnd(info);
  }

  #serverGone(info: CloseInfo): void {
    if (this.#gone) return;
    this.options.metrics.count("mcpguard_upstream_failures_total");
    slowOrBroken(this, info, "s2c");
    failWaiting(this, lossOf(this, info), "upstream.lost");
    this.closeSoon(1011, lossOf(this, info));
  }
}
