// What an approval is bound to: digests over the canonical form of everything that would be forwarded.

import { hash } from "node:crypto";
import { canonicalJson, JsonObject, type JsonValue, writeJson } from "../wire/mod.ts";
import type { ApprovalKind } from "./ports_approvals.ts";
import { escaped } from "./wording.ts";

/** Members of `_meta` that a client gives anew to each message and that say nothing about what is called. */
const VARYING: ReadonlySet<string> = new Set([
  "progressToken",
  "traceparent",
  "tracestate",
  "baggage",
  "io.modelcontextprotocol/protocolVersion",
  "io.modelcontextprotocol/clientInfo",
  "io.modelcontextprotocol/clientCapabilities",
  "io.modelcontextprotocol/logLevel",
]);

/** Characters of a preview; what lies between its start and its end is counted, and the digest covers it. */
const PREVIEW = { head: 1200, tail: 200 } as const;

/** The parts of a binding. */
export interface Binding {
  /** Who is asked. */
  kind: ApprovalKind;
  /** Who wants to call. */
  identity: string;
  /** The server. */
  upstream: string;
  /** The method. */
  method: string;
  /** The tool, or null. */
  tool: string | null;
  /** Digest of its pinned definition, or null. */
  pin: string | null;
  /** {@linkcode subjectDigest} of the parameters. */
  digest: string;
}

/**
 * What is approved of a message: its parameters without what a retry may change.
 *
 * @param payload The params of a message, a frame or a check; not changed.
 * @returns The same tree, or a copy of its top without the varying members of `_meta`.
 */
export function subject(payload: JsonValue | undefined): JsonValue {
  if (payload === undefined) return null;
  const meta = payload instanceof JsonObject ? payload.get("_meta") : undefined;
  if (!(payload instanceof JsonObject) || !(meta instanceof JsonObject)) return payload;
  const copy = without(payload, (key) => key === "_meta");
  const kept = without(meta, (key) => VARYING.has(key));
  if (kept.keys.length > 0) copy.set("_meta", kept);
  return copy;
}

/** SHA-256 over the canonical form (RFC 8785) of {@linkcode subject}, hex. */
export function subjectDigest(payload: JsonValue | undefined): string {
  return hash("sha256", canonicalJson(subject(payload)), "hex");
}

/** SHA-256 over all parts of a binding, hex. The canonical form of an array keeps them apart. */
export function bindingKey(binding: Binding): string {
  const { kind, identity, upstream, method, tool, pin, digest } = binding;
  return hash(
    "sha256",
    canonicalJson([kind, identity, upstream, method, tool, pin, digest]),
    "hex",
  );
}

/**
 * The parameters for a human: JSON on one line, without anything that a terminal or a reader's eye would act on.
 *
 * @param payload The params.
 * @returns At most some thousand characters, start and end of a longer text and how much is missing.
 */
export function preview(payload: JsonValue | undefined): string {
  const whole = writeJson(subject(payload));
  const { head, tail } = PREVIEW;
  if (whole.length <= head + tail) return escaped(whole);
  const missing = whole.length - head - tail;
  return `${escaped(whole.slice(0, head))} [... ${missing} characters that are not shown ...] ${
    escaped(whole.slice(-tail))
  }`;
}

function without(object: JsonObject, drop: (key: string) => boolean): JsonObject {
  const copy = new JsonObject();
  object.keys.forEach((key, i) => {
    if (!drop(key)) copy.set(key, object.values[i]!);
  });
  return copy;
}
