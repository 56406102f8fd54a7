// The handshake with a shared server of a revision with sessions: done once, in the guard's own name, and remembered for
// every client that comes.

import {
  errorReply,
  JsonObject,
  type JsonValue,
  notification,
  resultReply,
  type RpcId,
} from "../../wire/mod.ts";
import { type FanAbout, fitsVersion, legacyVersion } from "../fan/merge.ts";
import { idKey } from "../pending.ts";
import type { SendFailure } from "../transports/mod.ts";
import type { Member } from "./member.ts";

/** Capabilities of a server that cannot be kept apart for several clients, so that none is offered them. */
const NOT_SHARED: readonly string[] = ["logging", "tasks"];

/** The same as an extension. */
const TASKS_EXTENSION = "io.modelcontextprotocol/tasks";

/** Said of a server that answers with another revision than it was asked for. */
const ERA: SendFailure = {
  code: "era",
  message: "the server does not speak a revision of MCP with initialize",
};

/** What a handshake needs. */
export interface HelloParts {
  /** What the guard calls itself. */
  about: FanAbout;
  /** Sends `initialize` with these params. */
  send: (params: JsonObject) => void;
  /** Sends the notification after it. */
  initialized: (tree: JsonObject) => void;
  /** Milliseconds that the answer may take. */
  ms: () => number;
  /** Told that it has taken longer. */
  late: () => void;
}

/** Clients that wait for the answer to `initialize`, and the answer. */
export class Hello {
  readonly #parts: HelloParts;
  #waiting: { member: Member; id: RpcId }[] = [];
  #answer: JsonObject | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param parts What it needs. */
  constructor(parts: HelloParts) {
    this.#parts = parts;
  }

  /** A client asks: it is answered by what is remembered, or when the server has answered. */
  ask(member: Member, id: RpcId, params: JsonObject | undefined): void {
    const capabilities = params?.get("capabilities");
    member.capabilities = capabilities instanceof JsonObject ? capabilities : new JsonObject();
    if (this.#answer !== null) return this.#tell(member, id, this.#answer);
    this.#waiting.push({ member, id });
    if (this.#timer !== undefined) return;
    const { about, send, ms, late } = this.#parts;
    this.#timer = setTimeout(late, ms());
    // What a client can do is known when it has come; a question that it cannot answer is refused then. Roots are none of
    // these: one client's must not become what the server works on for all.
    send(
      new JsonObject(["protocolVersion", "capabilities", "clientInfo"], [
        legacyVersion(undefined),
        new JsonObject(["sampling", "elicitation"], [new JsonObject(), new JsonObject()]),
        new JsonObject(["name", "version"], [about.name, about.version]),
      ]),
    );
  }

  /** The server has answered. */
  answered(result: JsonValue | undefined, error: JsonObject | undefined): void {
    this.#asked();
    const waiting = this.#waiting.splice(0);
    if (error !== undefined) {
      for (const { member, id } of waiting) {
        member.deliver(new JsonObject(["jsonrpc", "id", "error"], ["2.0", id, error]));
      }
      return;
    }
    const spoken = result instanceof JsonObject &&
      fitsVersion(result.get("protocolVersion"), legacyVersion(undefined));
    if (!spoken) {
      for (const one of waiting) refuse(one, ERA);
      return;
    }
    withoutUnshared(result);
    this.#answer = result;
    this.#parts.initialized(notification("notifications/initialized"));
    for (const { member, id } of waiting) this.#tell(member, id, result);
  }

  /** The program is gone: the next client's `initialize` begins anew. */
  lost(failure: SendFailure): void {
    this.#asked();
    this.#answer = null;
    for (const one of this.#waiting.splice(0)) refuse(one, failure);
  }

  /** A client has left. */
  left(member: Member): void {
    this.#waiting = this.#waiting.filter((one) => one.member !== member);
  }

  #asked(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(member: Member, id: RpcId, result: JsonObject): void {
    member.ready = true;
    member.deliver(resultReply(id, result));
  }
}

/**
 * Takes what cannot be shared off a server's answer to `initialize` or `server/discover`, in place.
 *
 * @param result The answer.
 */
export function withoutUnshared(result: JsonValue | undefined): void {
  const capabilities = result instanceof JsonObject ? result.get("capabilities") : undefined;
  if (!(capabilities instanceof JsonObject)) return;
  for (const name of NOT_SHARED) capabilities.delete(name);
  withoutTasks(capabilities);
}

/**
 * Takes tasks off the extensions of a client or a server, in place.
 *
 * @param capabilities What it declares.
 */
export function withoutTasks(capabilities: JsonValue | undefined): void {
  if (!(capabilities instanceof JsonObject)) return;
  const extensions = capabilities.get("extensions");
  if (extensions instanceof JsonObject) extensions.delete(TASKS_EXTENSION);
}

/** Answers a method that no client has behind a shared server. */
export function notShared(member: Member, id: RpcId, method: string): void {
  member.deliver(
    errorReply(id, -32601, `Method not found: ${method} is not there with a shared server`),
  );
}

function refuse({ member, id }: { member: Member; id: RpcId }, failure: SendFailure): void {
  member.failed({ kind: "request", id: idKey(id), method: "initialize" }, failure);
}
