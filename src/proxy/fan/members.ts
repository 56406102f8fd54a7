// What of a server's message has to carry the server's name before a client sees it, and of a client's to lose it.

import { joinName, joinUri, splitName } from "../../match/mod.ts";
import { JsonObject, type JsonValue } from "../../wire/mod.ts";

/** The task that a message belongs to (MCP 2025-11-25, basic/utilities/tasks). */
const RELATED_TASK = "io.modelcontextprotocol/related-task";

/** Lists in results, and the member of an entry that names it. */
export const LISTS: ReadonlyMap<string, { items: string; key: string; kind: "name" | "uri" }> =
  new Map([
    ["tools/list", { items: "tools", key: "name", kind: "name" }],
    ["prompts/list", { items: "prompts", key: "name", kind: "name" }],
    ["resources/list", { items: "resources", key: "uri", kind: "uri" }],
    ["resources/templates/list", { items: "resourceTemplates", key: "uriTemplate", kind: "uri" }],
    ["skills/list", { items: "skills", key: "uri", kind: "uri" }],
    ["tasks/list", { items: "tasks", key: "taskId", kind: "name" }],
  ]);

/** Longest name that MCP lets a tool have, and thus the guard forward. */
const MAX_TOOL_NAME = 128;

/**
 * Joins an entry of a list with its server's name, in place.
 *
 * @returns False where it cannot be: it is no object, has no name, one that gets too long, or a URI without a scheme.
 */
export function joinEntry(
  upstream: string,
  entry: JsonValue,
  list: { items: string; key: string; kind: "name" | "uri" },
): boolean {
  const value = memberOf(entry, list.key);
  if (typeof value !== "string") return false;
  const joined = list.kind === "uri" ? joinUri(upstream, value) : joinName(upstream, value);
  if (joined === null || (list.items === "tools" && joined.length > MAX_TOOL_NAME)) return false;
  (entry as JsonObject).set(list.key, joined);
  return true;
}

/**
 * Joins what a result or the params of a notification name with the server's name, in place: URIs of resources that
 * are read, linked or embedded, and tasks. Texts stay what they are.
 *
 * @param upstream The server's name.
 * @param holder The result or the params.
 */
export function joinContents(upstream: string, holder: JsonValue | undefined): void {
  if (!(holder instanceof JsonObject)) return;
  joinTask(upstream, holder);
  joinMember(upstream, holder.get("task"), "taskId");
  joinMember(upstream, holder.get("skill"), "uri", true);
  const blocks: JsonValue[] = [];
  // Depth costs heap, never stack.
  const push = (value: JsonValue | undefined): void => {
    if (Array.isArray(value)) { for (const one of value) blocks.push(one); }
    else if (value instanceof JsonObject) blocks.push(value);
  };
  for (const list of ["content", "contents"]) push(holder.get(list));
  const messages = holder.get("messages");
  if (Array.isArray(messages)) { for (const one of messages) push(memberOf(one, "content")); }
  // A task of the modern era holds the whole answer.
  const inner = holder.get("result");
  if (inner instanceof JsonObject) push(inner.get("content"));
  for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
    if (!(block instanceof JsonObject)) continue;
    joinMember(upstream, block, "uri", true);
    joinMember(upstream, block.get("resource"), "uri", true);
    push(block.get("content"));
  }
  const listed = holder.get("resources");
  if (Array.isArray(listed)) { for (const one of listed) joinMember(upstream, one, "uri", true); }
}

/** Joins the URLs that an error asks the user to open with the server's name (-32042, MCP 2025-11-25). */
export function joinError(upstream: string, error: JsonObject): void {
  const asked = memberOf(error.get("data"), "elicitations");
  if (!Array.isArray(asked)) return;
  for (const one of asked) joinMember(upstream, one, "elicitationId");
}

/** Joins the task that a message of a server's is about, or belongs to, in place. */
export function joinTask(upstream: string, holder: JsonValue | undefined): void {
  joinMember(upstream, holder, "taskId");
  joinMember(upstream, memberOf(memberOf(holder, "_meta"), RELATED_TASK), "taskId");
}

/** Joins one member with the server's name, in place, where it is there. */
export function joinMember(
  upstream: string,
  holder: JsonValue | undefined,
  key: string,
  uri = false,
): void {
  const value = memberOf(holder, key);
  if (typeof value !== "string") return;
  const joined = uri ? joinUri(upstream, value) : joinName(upstream, value);
  if (joined !== null) (holder as JsonObject).set(key, joined);
}

/** Takes the server's name off the task that a message of a client's belongs to, in place. */
export function splitRelated(upstream: string, holder: JsonValue | undefined): void {
  const related = memberOf(memberOf(holder, "_meta"), RELATED_TASK);
  const id = memberOf(related, "taskId");
  const apart = typeof id === "string" ? splitName(id) : null;
  if (apart?.upstream === upstream) (related as JsonObject).set("taskId", apart.bare);
}

/** A member of what may be an object. */
export function memberOf(holder: JsonValue | undefined, key: string): JsonValue | undefined {
  return holder instanceof JsonObject ? holder.get(key) : undefined;
}
