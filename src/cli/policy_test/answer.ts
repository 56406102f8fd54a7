// What becomes of the answer that a case gives: read, inspected and screened as the proxy does it before anybody sees it.

import type { Finding, GuardCore, OutrightRefusal } from "../../guard/mod.ts";
import type { Policy, PolicyMessage } from "../../policy/mod.ts";
import { asksInside } from "../../proxy/hidden_asks.ts";
import { serverJsonLimits } from "../../proxy/reading.ts";
import {
  inspectFrameAnswer,
  inspectResult,
  JsonError,
  JsonObject,
  type JsonValue,
  parseJson,
  RpcError,
  type Uses,
} from "../../wire/mod.ts";
import { UsageError } from "../exit.ts";
import { changes } from "./changes.ts";
import { type Asked, readFrom } from "./message.ts";

/** What became of an answer. */
export interface Answer {
  /** It passes, is noted, passes in part, or is withheld. */
  effect: "allow" | "record" | "redact" | "deny";
  /** The rule that withholds it, or null. */
  rule: string | null;
  /** Why it is withheld. */
  reason: string;
  /** A sentence for people. */
  message: string;
  /** What was seen. */
  findings: readonly Finding[];
  /** Where something was replaced. */
  redacted: readonly string[];
  /** The result as whoever asked gets it; undefined where it is withheld. */
  result: JsonValue | undefined;
  /** Where the text of `result.text` stands in it. */
  text: JsonValue | undefined;
}

/** Steps from a result to its one text. */
type Steps = readonly (string | number)[];

/**
 * Judges a case's answer.
 *
 * @param one The case, or a message before it.
 * @param asked The message that is answered.
 * @param by The engine and the policy.
 * @returns What becomes of it.
 * @throws {UsageError} Where the answer asks the client for something: that is a message of its own.
 */
export async function answerTo(
  one: PolicyMessage,
  asked: Asked,
  by: { guard: GuardCore; policy: Policy },
): Promise<Answer> {
  const { inquiry, spec } = asked;
  const direction = inquiry.direction === "c2s" ? "s2c" : "c2s";
  const { body, steps } = resultOf(one, asked.frame);
  const read = (): { tree: JsonObject; uses: Uses; result: JsonValue } => {
    if (asked.frame) {
      const value = parseJson(body, serverJsonLimits(by.policy.limits));
      const tree = new JsonObject(["type", "result"], ["tool_result", value]);
      return { tree, uses: inspectFrameAnswer(tree, inquiry.tool ?? ""), result: tree };
    }
    const text = `{"jsonrpc":"2.0","id":1,"result":${body}}`;
    const message = readFrom(text, by.policy, direction);
    if (message.kind !== "response" || spec === undefined) throw new Error("no answer was read");
    const params = asked.params instanceof JsonObject ? asked.params : undefined;
    const result = message.result ?? null;
    return { tree: message.tree, uses: inspectResult(spec, params, result), result };
  };
  let before: ReturnType<typeof read>;
  let after: ReturnType<typeof read>;
  try {
    [before, after] = [read(), read()];
  } catch (error) {
    if (!(error instanceof JsonError) && !(error instanceof RpcError)) throw error;
    const reason = error instanceof RpcError && direction === "s2c"
      ? "UpstreamFailed"
      : "MalformedMessage";
    return withheld({ reason, rule: error.code, message: error.message }, []);
  }
  if (direction === "s2c" && !asked.frame && asksInside(after.result) !== null) {
    throw new UsageError(
      "a result that asks the client for something is judged by what it asks: write a case with `method` and `direction: s2c`",
    );
  }
  const { refusal, findings, redacted } = await by.guard.screen({
    ...{ identity: inquiry.identity, direction, method: inquiry.method, tool: inquiry.tool },
    ...{ uses: after.uses, root: after.tree, context: inquiry.context ?? { transport: "test" } },
    declared: direction === "s2c" && spec?.method === "resources/read",
  });
  if (refusal !== null) return withheld(refusal, findings);
  const at = (tree: JsonObject): JsonValue => tree.get("result") ?? null;
  const places = changes(at(before.tree), at(after.tree), "result");
  // A list that lost what the client may not use counts as well.
  const changed = redacted || places.length > 0;
  return {
    effect: changed ? "redact" : findings.length > 0 ? "record" : "allow",
    ...{ rule: null, reason: "Allowed", message: "", findings, redacted: places },
    result: at(after.tree),
    text: follow(at(after.tree), steps),
  };
}

function withheld(
  { reason, rule, message }: Pick<OutrightRefusal, "reason" | "rule" | "message">,
  findings: readonly Finding[],
): Answer {
  return {
    ...{ effect: "deny", reason, rule, message, findings },
    ...{ redacted: [], result: undefined, text: undefined },
  };
}

/** JSON text of the result, and the way to its one text. */
function resultOf(one: PolicyMessage, frame: boolean): { body: string; steps: Steps } {
  const { text, value } = one.result!;
  if (value !== undefined || text === undefined) return { body: value ?? "null", steps: [] };
  if (frame) return { body: JSON.stringify(text), steps: [] };
  const block = { type: "text", text };
  if (one.resource !== undefined) {
    const body = JSON.stringify({ contents: [{ uri: one.resource, text }] });
    return { body, steps: ["contents", 0, "text"] };
  }
  if (one.prompt_name !== undefined) {
    const body = JSON.stringify({ messages: [{ role: "user", content: block }] });
    return { body, steps: ["messages", 0, "content", "text"] };
  }
  return { body: JSON.stringify({ content: [block] }), steps: ["content", 0, "text"] };
}

function follow(value: JsonValue, steps: Steps): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const step of steps) {
    at = at instanceof JsonObject && typeof step === "string"
      ? at.get(step)
      : Array.isArray(at) && typeof step === "number"
      ? at[step]
      : undefined;
  }
  return at;
}
