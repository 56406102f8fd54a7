// A case as the message that a client or server would send: the same bytes, the same strict reader, the same inspection
// as in the proxy. What the proxy would not even read is refused here with the same code.

import {
  ANONYMOUS,
  type Identity,
  type Inquiry,
  type MessageContext,
  type OutrightRefusal,
} from "../../guard/mod.ts";
import type { Policy, PolicyCase, PolicyMessage } from "../../policy/mod.ts";
import { messageInquiry, NOTHING } from "../../proxy/asking.ts";
import { frameInquiry } from "../../proxy/frame_calls.ts";
import { clientJsonLimits, readClientBytes, serverJsonLimits } from "../../proxy/reading.ts";
import {
  inspectRequest,
  JsonError,
  type JsonValue,
  type Message,
  type MethodSpec,
  methodSpec,
  parseJson,
  readMessage,
  RpcError,
} from "../../wire/mod.ts";
import { clientName } from "../client_name.ts";

/** A message, and who sends it. */
export type Sent =
  & PolicyMessage
  & Pick<PolicyCase, "identity" | "roles" | "upstream" | "transport">;

/** A message that can be judged. */
export interface Asked {
  /** The question. */
  inquiry: Inquiry;
  /** The method's row of the table; undefined for small frames and unknown methods. */
  spec: MethodSpec | undefined;
  /** Its parameters, for the inspection of the answer. */
  params: JsonValue | undefined;
  /** Whether it is a small frame. */
  frame: boolean;
}

/**
 * Makes the message of a case, anew each time: judging changes it in place.
 *
 * @param one The case, or a message before it.
 * @param policy The policy that it is about.
 * @returns The message, or why the proxy would not read it.
 */
export function askedBy(one: Sent, policy: Policy): Asked | OutrightRefusal {
  const context: MessageContext = {
    transport: one.transport ?? "test",
    session: "test",
    ...(one.upstream === undefined ? {} : { upstream: one.upstream }),
  };
  const direction = one.direction ?? "c2s";
  const identity = identityOf(one, policy);
  const text = textOf(one, policy);
  try {
    if (isFrameCase(one)) {
      const read = readClientBytes(bytesOf(text), clientJsonLimits(policy.limits));
      if (read.kind === "refused") {
        return malformed(read.refusal.code, read.refusal.message, direction);
      }
      if (read.kind !== "frame") throw new Error("a frame was read as a message");
      const inquiry = frameInquiry(read.frame, identity, context);
      return { inquiry, spec: undefined, params: undefined, frame: true };
    }
    const message = readFrom(text, policy, direction);
    if (message.kind === "response") throw new Error("a request was read as a response");
    const spec = methodSpec(message.method, direction, message.kind);
    const uses = spec === undefined ? NOTHING : inspectRequest(spec, message.params);
    const inquiry = messageInquiry(message, { identity, direction, context }, uses, {
      known: spec !== undefined,
      metered: spec?.metered ?? false,
      canConfirm: true,
    });
    if (one.annotations !== undefined) inquiry.toolFacts = factsOf(one.annotations);
    return { inquiry, spec, params: message.params, frame: false };
  } catch (error) {
    if (!(error instanceof JsonError) && !(error instanceof RpcError)) throw error;
    return malformed(error.code, error.message, direction);
  }
}

/** Whether a case is a small frame: only that has a prompt and declared resources. */
export function isFrameCase(one: PolicyMessage): boolean {
  return one.tool !== undefined && (one.prompt !== undefined || one.resources !== undefined);
}

/** Whether a message is expected to be answered. */
export function isAnswered(one: PolicyMessage): boolean {
  return one.method === undefined ||
    methodSpec(one.method, one.direction ?? "c2s", "request") !== undefined;
}

/** A message under the limits of whoever sends it. */
export function readFrom(text: string, policy: Policy, direction: "c2s" | "s2c"): Message {
  const limits = direction === "c2s"
    ? clientJsonLimits(policy.limits)
    : serverJsonLimits(policy.limits);
  return readMessage(parseJson(bytesOf(text), limits));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function malformed(rule: string, message: string, direction: "c2s" | "s2c"): OutrightRefusal {
  return { reason: "MalformedMessage", rule, message, direction };
}

function identityOf({ identity, roles }: Sent, policy: Policy): Identity {
  if (identity === undefined && roles === undefined) return ANONYMOUS;
  const { mode } = policy.auth;
  return {
    id: identity ?? ANONYMOUS.id,
    roles: roles ?? [],
    method: mode === "none" ? "local" : mode,
  };
}

function textOf(one: Sent, policy: Policy): string {
  const { tool, prompt_name, resource, method, args, params } = one;
  const members = (entries: Record<string, string | undefined>): string =>
    `{${
      Object.entries(entries).flatMap(([key, text]) =>
        text === undefined ? [] : [`${JSON.stringify(key)}:${text}`]
      ).join(",")
    }}`;
  const json = (value: unknown): string => JSON.stringify(value);
  const optional = (value: unknown): string | undefined =>
    value === undefined ? undefined : JSON.stringify(value);
  if (isFrameCase(one)) {
    return members({
      ...{ type: json("tool_call"), tool: json(tool), args },
      ...{ prompt: optional(one.prompt), resources: optional(one.resources) },
    });
  }
  const request = (name: string, body: string | undefined): string =>
    members({
      jsonrpc: json("2.0"),
      id: isAnswered(one) ? "1" : undefined,
      method: json(name),
      params: body,
    });
  if (resource !== undefined) return request("resources/read", members({ uri: json(resource) }));
  if (method !== undefined) return request(method, params);
  const given = tool ?? prompt_name ?? "";
  // At a server's own address names are the server's own.
  const name = json(one.upstream === undefined ? clientName(given, policy) : given);
  return request(
    tool === undefined ? "prompts/get" : "tools/call",
    members({ name, arguments: args }),
  );
}

/** The hints that are given; the rest stays unsaid. */
function factsOf(given: NonNullable<PolicyCase["annotations"]>): NonNullable<Inquiry["toolFacts"]> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as NonNullable<Inquiry["toolFacts"]>;
}
