// Asks a server what it offers, as a client would: for `pin`, `scan` and `init`. Nothing is called.

import {
  JsonError,
  JsonNumber,
  JsonObject,
  type JsonValue,
  parseJson,
  writeJson,
} from "../wire/mod.ts";
import { messageInfo } from "./message_info.ts";
import { PendingTable } from "./pending.ts";
import type { Channel } from "./transports/mod.ts";

/** What a server offers; each definition as the server sent it. */
export interface Offer {
  /** `legacy` where it was asked by `initialize`, `modern` by `server/discover`. */
  era: "legacy" | "modern";
  /** All that it says of itself: the answer to the handshake. */
  hello: JsonObject;
  /** Its name and version, as it says. */
  server: string;
  /** Its instructions, or null. */
  instructions: string | null;
  /** Its tools. */
  tools: JsonObject[];
  /** Its prompts. */
  prompts: JsonObject[];
  /** Its resources. */
  resources: JsonObject[];
  /** Its resource templates. */
  templates: JsonObject[];
}

/** Why a server could not be asked. */
export class SurveyFailed extends Error {
  override name = "SurveyFailed";
}

/** How a server is asked. */
export interface SurveyOptions {
  /** Opens the connection. */
  connect: () => Promise<Channel>;
  /** Milliseconds for one answer; for all of them together five times as many. */
  timeoutMs: number;
  /** Largest answer, bytes. */
  messageBytes: number;
}

/** The most pages of one list, and the most entries. */
const MAX_PAGES = 200;
const MAX_ENTRIES = 20_000;
/** The most bytes of all answers together: as large as what was pinned of them may be. */
const MAX_OFFER_BYTES = 64 << 20;
/** How many times the time for one answer all may take. */
const ALL_ANSWERS = 5;
/** The newest revisions of both eras. */
const LEGACY_VERSION = "2025-11-25";
const MODERN_VERSION = "2026-07-28";

/**
 * Asks a server for everything that it offers.
 *
 * @param options How to reach it.
 * @returns Its offer.
 * @throws {SurveyFailed} Where it does not answer, or not in MCP.
 */
export async function survey(options: SurveyOptions): Promise<Offer> {
  const channel = await options.connect();
  const asker = new Asker(channel, options);
  const allMs = options.timeoutMs * ALL_ANSWERS;
  const timer = setTimeout(() => asker.end(`its answers do not end within ${allMs} ms`), allMs);
  try {
    return await take(asker);
  } finally {
    clearTimeout(timer);
    channel.close(1000, "done");
  }
}

async function take(asker: Asker): Promise<Offer> {
  const { era, hello } = await greet(asker);
  const capabilities = objectOf(hello.get("capabilities"));
  const has = (name: string): boolean => capabilities?.has(name) === true;
  const info = objectOf(hello.get("serverInfo"));
  const instructions = hello.get("instructions");
  return {
    era,
    hello,
    server: [info?.get("name"), info?.get("version")].filter((v) => typeof v === "string").join(
      " ",
    ),
    instructions: typeof instructions === "string" ? instructions : null,
    tools: has("tools") ? await asker.list("tools/list", "tools") : [],
    prompts: has("prompts") ? await asker.list("prompts/list", "prompts") : [],
    resources: has("resources") ? await asker.list("resources/list", "resources") : [],
    templates: has("resources")
      ? await asker.list("resources/templates/list", "resourceTemplates", true)
      : [],
  };
}

/** The older handshake first: servers of both eras know it, and an older server would not answer the newer one. */
async function greet(asker: Asker): Promise<{ era: Offer["era"]; hello: JsonObject }> {
  const hello = await asker.ask(
    "initialize",
    new JsonObject(["protocolVersion", "capabilities", "clientInfo"], [
      LEGACY_VERSION,
      new JsonObject(),
      clientInfo(),
    ]),
  );
  if (hello instanceof JsonObject) {
    asker.tell("notifications/initialized");
    return { era: "legacy", hello };
  }
  asker.modern = true;
  const answer = await asker.ask("server/discover", new JsonObject());
  if (answer instanceof JsonObject) return { era: "modern", hello: answer };
  throw new SurveyFailed(`the server answers neither initialize (${hello}) nor server/discover`);
}

function clientInfo(): JsonObject {
  return new JsonObject(["name", "version"], ["mcpguard", "1"]);
}

/** Asks one question after the other. */
class Asker {
  /** Whether questions carry what the modern era asks for. */
  modern = false;
  readonly #channel: Channel;
  readonly #options: SurveyOptions;
  readonly #none = new PendingTable();
  #next = 1;
  #waiting: { id: number; take: (answer: JsonObject) => void } | null = null;
  #fail: (why: string) => void = () => {};
  #gone: string | null = null;
  #bytes = 0;

  constructor(channel: Channel, options: SurveyOptions) {
    this.#channel = channel;
    this.#options = options;
    channel.start({
      onMessage: (bytes) => this.#heard(bytes),
      onClose: () => this.end("the server ended the connection"),
      onSendFailed: (_about, failure) => this.end(failure.message),
      onDrain: () => {},
    });
  }

  /** Asks, and returns the result, or the words of an error. */
  async ask(method: string, params: JsonObject): Promise<JsonObject | string> {
    if (this.#gone !== null) throw new SurveyFailed(this.#gone);
    const id = this.#next++;
    if (this.modern) params.set("_meta", this.#meta());
    const tree = new JsonObject(["jsonrpc", "id", "method", "params"], [
      "2.0",
      new JsonNumber(String(id)),
      method,
      params,
    ]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answer = await new Promise<JsonObject>((resolve, reject) => {
      this.#waiting = { id, take: resolve };
      this.#fail = (why) => reject(new SurveyFailed(`${method}: ${why}`));
      timer = setTimeout(
        () => this.#fail(`no answer within ${this.#options.timeoutMs} ms`),
        this.#options.timeoutMs,
      );
      this.#channel.send(writeJson(tree), messageInfo(tree, this.#none));
    }).finally(() => {
      clearTimeout(timer);
      this.#waiting = null;
    });
    const result = answer.get("result");
    if (result instanceof JsonObject) return result;
    const message = objectOf(answer.get("error"))?.get("message");
    return typeof message === "string" ? message.slice(0, 200) : "an answer that is none";
  }

  /** Says something that has no answer. */
  tell(method: string): void {
    const tree = new JsonObject(["jsonrpc", "method"], ["2.0", method]);
    this.#channel.send(writeJson(tree), messageInfo(tree, this.#none));
  }

  /** Asks for all pages of a list; with `lenient` a server that does not know the method has none. */
  async list(method: string, member: string, lenient = false): Promise<JsonObject[]> {
    const out: JsonObject[] = [];
    let cursor: JsonValue | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const params = new JsonObject();
      if (cursor !== undefined) params.set("cursor", cursor);
      const result = await this.ask(method, params);
      if (typeof result === "string") {
        if (lenient) return out;
        throw new SurveyFailed(`${method}: the server refused it: ${result}`);
      }
      const items = result.get(member);
      if (!Array.isArray(items)) throw new SurveyFailed(`${method}: the answer holds no list`);
      for (const item of items) if (item instanceof JsonObject) out.push(item);
      cursor = result.get("nextCursor");
      if (typeof cursor !== "string" || cursor === "") return out;
      if (out.length > MAX_ENTRIES) break;
    }
    throw new SurveyFailed(`${method}: the list does not end`);
  }

  #meta(): JsonObject {
    const prefix = "io.modelcontextprotocol/";
    return new JsonObject(
      [`${prefix}protocolVersion`, `${prefix}clientInfo`, `${prefix}clientCapabilities`],
      [MODERN_VERSION, clientInfo(), new JsonObject()],
    );
  }

  #heard(bytes: Uint8Array): void {
    if (this.#gone !== null) return;
    this.#bytes += bytes.byteLength;
    if (this.#bytes > MAX_OFFER_BYTES) {
      return this.end(`the server sends more than ${MAX_OFFER_BYTES} bytes`);
    }
    let tree: JsonValue;
    try {
      tree = parseJson(bytes, {
        bytes: this.#options.messageBytes,
        depth: 128,
        tokens: 2_000_000,
        keys: 100_000,
        numbers: "preserve",
      });
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      // A line that is no JSON: many servers print one, and a client reads on.
      return;
    }
    if (!(tree instanceof JsonObject) || this.#waiting === null) return;
    const id = tree.get("id");
    if (tree.has("method") || !(id instanceof JsonNumber) || id.value !== this.#waiting.id) return;
    this.#waiting.take(tree);
  }

  /** Asks no more: whoever waits for an answer fails. */
  end(why: string): void {
    this.#gone ??= why;
    this.#fail(why);
  }
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return value instanceof JsonObject ? value : undefined;
}
