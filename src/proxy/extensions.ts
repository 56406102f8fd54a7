// What the two sides of a session have told each other: protocol era, extensions, and the tasks whose progress goes on.

import { JsonObject, type JsonValue, type MethodSpec } from "../wire/mod.ts";
import type { Direction } from "../wire/mod.ts";

/** The `_meta` members that every request of the modern era carries (MCP 2026-07-28, basic/versioning). */
const MODERN_META = "io.modelcontextprotocol/protocolVersion";
const MODERN_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

/** Extensions by the names they are negotiated under. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["io.modelcontextprotocol/tasks", "tasks"],
  ["io.modelcontextprotocol/skills", "skills"],
]);

/** States that a task does not leave (MCP 2025-11-25, basic/utilities/tasks). */
const ENDED: ReadonlySet<JsonValue | undefined> = new Set(["completed", "failed", "cancelled"]);

/** Tasks of one side whose progress tokens are remembered. */
const MAX_TASKS = 1024;

/** Whether a request is of the 2026-07-28 era. */
export function isModern(params: JsonObject | undefined): boolean {
  return modernVersion(params) !== undefined;
}

/** The revision that a request of the 2026-07-28 era names; undefined for a request of the legacy era. */
export function modernVersion(params: JsonObject | undefined): JsonValue | undefined {
  const meta = params?.get("_meta");
  return meta instanceof JsonObject ? meta.get(MODERN_META) : undefined;
}

/** What one session has negotiated. */
export class Negotiation {
  readonly #client = new Set<string>();
  readonly #server = new Set<string>();
  #legacy = false;
  #modern = false;
  #asksUser = false;
  #initialized = false;
  #versions: readonly string[] | null = null;

  /** Whether the legacy era's handshake is done. */
  get initialized(): boolean {
    return this.#initialized;
  }

  /** The revisions that the server says it serves, once it was asked (`server/discover`). */
  get serverVersions(): readonly string[] | null {
    return this.#versions;
  }

  /**
   * Whether the client can ask its own user by a form (MCP elicitation).
   *
   * @param params The request in question: in the modern era each says so itself.
   */
  asksUser(params: JsonObject | undefined): boolean {
    if (!isModern(params)) return this.#asksUser;
    const meta = params?.get("_meta");
    return meta instanceof JsonObject && showsForms(meta.get(MODERN_CAPABILITIES));
  }

  /** Learns from a request that the client may send. */
  fromRequest(method: string, params: JsonObject | undefined, modern: boolean): void {
    if (method === "initialize") {
      this.#legacy = true;
      const capabilities = params?.get("capabilities");
      learn(this.#client, capabilities);
      this.#asksUser = showsForms(capabilities);
    } else if (modern) {
      this.#modern = true;
      const meta = params?.get("_meta");
      if (meta instanceof JsonObject) learn(this.#client, meta.get(MODERN_CAPABILITIES));
    }
  }

  /** Learns from a result that the client gets. */
  fromResult(method: string, result: JsonValue | undefined): void {
    if (!(result instanceof JsonObject)) return;
    if (method === "initialize") this.#initialized = true;
    if (method === "initialize" || method === "server/discover") {
      learn(this.#server, result.get("capabilities"));
      const versions = result.get("supportedVersions");
      if (Array.isArray(versions)) this.#versions = versions.filter((v) => typeof v === "string");
    } else if (result.get("resultType") === "task") this.#server.add("tasks");
  }

  /**
   * Whether a method may be used: methods of an extension only when its owner has declared it.
   *
   * @param spec The method's row.
   * @param direction Which way the message travels.
   */
  knows(spec: MethodSpec, direction: Direction): boolean {
    if (spec.extension === undefined) return true;
    // A request goes to who offers the extension; a notification comes from there.
    const owner = (direction === "c2s") === (spec.kind === "request") ? this.#server : this.#client;
    return owner.has(spec.extension);
  }

  /** Servers of the modern era ask inside results; requests of their own are gone (MCP 2026-07-28). */
  get serverMayAsk(): boolean {
    return this.#legacy || !this.#modern;
  }
}

/** An empty `elicitation` means forms (MCP 2025-11-25, client/elicitation). */
function showsForms(capabilities: JsonValue | undefined): boolean {
  const elicitation = capabilities instanceof JsonObject
    ? capabilities.get("elicitation")
    : undefined;
  if (!(elicitation instanceof JsonObject)) return false;
  return elicitation.has("form") || !elicitation.has("url");
}

function learn(known: Set<string>, capabilities: JsonValue | undefined): void {
  if (!(capabilities instanceof JsonObject)) return;
  // Until 2025-11-25 tasks are a capability of their own (experimental), later an extension.
  if (capabilities.has("tasks")) known.add("tasks");
  const extensions = capabilities.get("extensions");
  if (!(extensions instanceof JsonObject)) return;
  for (const [name, short] of NAMES) if (extensions.has(name)) known.add(short);
}

/** Progress tokens of requests that were answered by a task: they live until the task ends. */
export class TaskTokens {
  readonly #keys = new Map<string, string>();
  readonly #live = new Map<string, number>();

  /** Whether a task that still runs has this token. */
  has(key: string): boolean {
    return this.#live.has(key);
  }

  /** Looks at the answer to a request: it may begin a task, or tell that one has ended. */
  answered(
    request: { spec: MethodSpec; params: JsonObject | undefined; progressKey: string | null },
    result: JsonValue | undefined,
  ): void {
    if (!(result instanceof JsonObject)) return;
    const { method, extension } = request.spec;
    if (extension === "tasks") {
      const id = request.params?.get("taskId");
      if (method === "tasks/result" || ENDED.has(result.get("status"))) this.#end(id);
      return;
    }
    if (request.progressKey === null) return;
    const task = result.get("task");
    const id = task instanceof JsonObject ? task.get("taskId") : undefined;
    if (typeof id === "string") this.#begin(id, request.progressKey);
  }

  /** Looks at `notifications/tasks/status` and `notifications/tasks`. */
  told(params: JsonObject | undefined): void {
    if (ENDED.has(params?.get("status"))) this.#end(params?.get("taskId"));
  }

  #begin(id: string, key: string): void {
    this.#end(id);
    if (this.#keys.size >= MAX_TASKS) this.#end(this.#keys.keys().next().value);
    this.#keys.set(id, key);
    this.#live.set(key, (this.#live.get(key) ?? 0) + 1);
  }

  #end(id: JsonValue | undefined): void {
    const key = typeof id === "string" ? this.#keys.get(id) : undefined;
    if (key === undefined) return;
    this.#keys.delete(id as string);
    const left = this.#live.get(key)! - 1;
    if (left > 0) this.#live.set(key, left);
    else this.#live.delete(key);
  }
}
