// What becomes of messages in which detectors see something.

import { expect } from "expect";
import { SCANNERS, type Scanners, Searcher } from "../detect/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import type { Policy } from "../policy/types.ts";
import {
  fromPlain,
  inspectRequest,
  inspectResult,
  JsonObject,
  methodSpec,
  parseJson,
  type Uses,
  writeJson,
} from "../wire/mod.ts";
import { harness } from "./guard_testkit.ts";
import { ANONYMOUS } from "./requests.ts";
import { detectAnswer, detectInquiry } from "./stage_detect.ts";
import type { Inquiry } from "./types.ts";

const find = (word: string, rule_id: string) => (text: string) =>
  Array.from(text.matchAll(/[A-Z]+/g)).filter((m) => m[0] === word).map((m) => ({
    ...{ rule_id, severity: "high" as const, reason: "seen" },
    ...{ start: m.index, end: m.index + m[0].length },
  }));

const scanners: Scanners = {
  injection: find("EVIL", "inject_x"),
  hiddenText: find("HIDDEN", "hidden_x"),
  secrets: find("KEY", "secret_x"),
  pii: find("ALICE", "pii_x"),
};

const policyOf = (detect: string): Policy => parsePolicy(`version: 1\ndetect: ${detect}`, "p.yaml");
const searcherOf = (detect: string): Searcher => new Searcher(policyOf(detect).detect, scanners);
const text = (tree: JsonObject): string => writeJson(tree);

function call(args: string): { inquiry: Inquiry; params: JsonObject } {
  const params = parseJson(`{"name":"t","arguments":${args}}`, {}) as JsonObject;
  const uses = inspectRequest(methodSpec("tools/call", "c2s", "request")!, params);
  return {
    params,
    inquiry: {
      ...{ identity: ANONYMOUS, direction: "c2s", method: "tools/call", known: true },
      ...{ ...uses, payload: params, metered: true },
    },
  };
}

function answer(method: string, result: string): { uses: Uses; root: JsonObject } {
  const root = parseJson(result, {}) as JsonObject;
  return { root, uses: inspectResult(methodSpec(method, "c2s", "request")!, undefined, root) };
}

Deno.test("detectInquiry() redacts what a message holds by now, not what it held when it came", () => {
  const { inquiry, params } = call('{"q":"KEY and more","other":"a KEY"}');
  // As a rule of effect `redact` does, or the canonical form of a URI.
  (params.get("arguments") as JsonObject).set("q", "[redacted]");
  detectInquiry(searcherOf("{ secrets: {} }"), inquiry, (secret) => secret);
  expect(text(params)).toBe(
    '{"name":"t","arguments":{"q":"[redacted]","other":"a [redacted:x:KEY]"}}',
  );
});

Deno.test("detectInquiry() redacts what the policy says, names of members too", () => {
  const { inquiry, params } = call('{"q":"my KEY is ALICE","KEY":1}');
  const { ruling, findings } = detectInquiry(
    searcherOf("{ secrets: {}, pii: { action: record } }"),
    inquiry,
    (secret) => secret.toLowerCase(),
  );
  expect(ruling).toMatchObject({
    effect: "redact",
    reason: "SecretDetected",
    rule: "detect.secrets",
  });
  expect(text(params)).toBe(
    '{"name":"t","arguments":{"q":"my [redacted:x:key] is ALICE","[redacted:x:key]":1}}',
  );
  expect(findings.map((f) => `${f.rule_id} ${f.where}`)).toEqual([
    "secret_x params.arguments.q",
    "secret_x params.arguments.#1 (name)",
    "pii_x params.arguments.q",
  ]);
  expect(JSON.stringify(findings)).not.toContain("ALICE");
});

Deno.test("detectInquiry() denies before it redacts, and looks only where the policy says", () => {
  const evil = call('{"q":"EVIL KEY"}');
  const both = searcherOf("{ injection: {}, secrets: { direction: to_client } }");
  expect(detectInquiry(both, evil.inquiry, String).ruling).toMatchObject({
    effect: "deny",
    reason: "PromptInjectionSuspected",
  });
  const { inquiry, params } = call('{"q":"KEY"}');
  expect(detectInquiry(both, inquiry, String)).toEqual({ ruling: null, findings: [] });
  expect(text(params)).toContain("KEY");
  const off = searcherOf("{ injection: { off: [inject_x] } }");
  expect(detectInquiry(off, evil.inquiry, String).ruling).toBe(null);
});

Deno.test("a detector that throws has not said that a message is clean (DLP-040)", () => {
  const broken = new Searcher(policyOf("{ secrets: {} }").detect, {
    ...scanners,
    secrets: () => {
      throw new RangeError("Maximum call stack size exceeded");
    },
  });
  expect(detectInquiry(broken, call('{"q":"x1"}').inquiry, String).ruling).toMatchObject({
    effect: "deny",
    rule: "detect.error",
  });
  const { uses, root } = answer("tools/call", '{"content":[{"type":"text","text":"x1"}]}');
  expect(detectAnswer(broken, { uses, direction: "s2c" }, root, String).refusal?.rule).toBe(
    "detect.error",
  );
});

Deno.test("detectAnswer() takes poisoned entries out of a list and keeps their neighbours", () => {
  const tool = (name: string, text: string): string =>
    `{"name":"${name}","inputSchema":{"properties":{"a":{"description":"${text}"}}}}`;
  const { uses, root } = answer(
    "tools/list",
    `{"tools":[${tool("a", "fine")},${tool("b", "EVIL")},${tool("c", "fine")}],"_meta":{"x":"y"}}`,
  );
  const seen = detectAnswer(
    searcherOf("{ injection: {} }"),
    { uses, direction: "s2c" },
    root,
    String,
  );
  expect(seen).toMatchObject({ refusal: null, redacted: true });
  expect(text(root)).toBe(
    `{"tools":[${tool("a", "fine")},${tool("c", "fine")}],"_meta":{"x":"y"}}`,
  );
  expect(seen.findings.map((f) => f.where)).toEqual([
    "result.tools[1].inputSchema.properties.a.description",
  ]);
});

Deno.test("detectAnswer() withholds instructions, not the whole handshake", () => {
  const { uses, root } = answer(
    "initialize",
    '{"protocolVersion":"2025-11-25","instructions":"EVIL"}',
  );
  const seen = detectAnswer(
    searcherOf("{ injection: {} }"),
    { uses, direction: "s2c" },
    root,
    String,
  );
  expect(seen.refusal).toBe(null);
  expect(text(root)).toBe(
    '{"protocolVersion":"2025-11-25","instructions":"[withheld by mcpguard: suspected injection]"}',
  );
});

Deno.test("detectAnswer() lets nothing of a result pass in which something denied was seen", () => {
  const { uses, root } = answer(
    "tools/call",
    '{"content":[{"type":"text","text":"an EVIL page"}]}',
  );
  const about = { uses, direction: "s2c" } as const;
  expect(detectAnswer(searcherOf("{ injection: {} }"), about, root, String).refusal).toMatchObject({
    reason: "PromptInjectionSuspected",
    rule: "detect.injection",
  });
  const cut = detectAnswer(searcherOf("{ injection: { action: redact } }"), about, root, String);
  expect(cut).toMatchObject({ refusal: null, redacted: true });
  expect(text(root)).toContain('"text":"[removed by mcpguard: suspected injection]"');
});

Deno.test("a wrapped tool gets redacted arguments, and its caller a redacted result", async () => {
  const { guard, records } = harness(
    {},
    "version: 1\ndetect: { secrets: {} }\nattestation: { enabled: true }",
  );
  const key = "AKIAIOSFODNN7EXAMPLE";
  let got = "";
  const echo = guard.wrapTool({ toolName: "echo" }, (args: { text: string }) => {
    got = args.text;
    return { said: `the key is ${key}`, n: 1 };
  });
  const result = await echo({ text: `use ${key}` }, { identity: "alice" });
  expect(got).toBe("use [redacted:aws_access_key:00000000]");
  expect({ ...result }).toEqual({ said: "the key is [redacted:aws_access_key:00000000]", n: 1 });
  expect(records.map((r) => [r.event, r.decision, r.reason, r.detail, r.findings.length])).toEqual([
    ["decision", "redact", "SecretDetected", "dlp.detected", 1],
    ["outcome", "ok", "SecretDetected", "result.redacted", 1],
  ]);
});

Deno.test("detectAnswer() tells of no place by a name that is a secret", () => {
  const key = "AKIAIOSFODNN7EXAMPLE";
  const deep = { a: { [key]: [{ b: "card 4111111111111111" }] } };
  const long = { ["x".repeat(32)]: { ["y".repeat(32)]: { ["z".repeat(32)]: deep } } };
  for (const structuredContent of [deep, long, { ["w".repeat(32)]: { ["v".repeat(30)]: long } }]) {
    const root = fromPlain({ result: { content: [], structuredContent } }) as JsonObject;
    const uses = inspectResult(
      methodSpec("tools/call", "c2s", "request")!,
      undefined,
      root.get("result")!,
    );
    const searcher = new Searcher(
      policyOf("{ secrets: {}, pii: { action: deny } }").detect,
      SCANNERS,
    );
    const { refusal, findings } = detectAnswer(searcher, { uses, direction: "s2c" }, root, String);
    expect(findings.map((f) => f.rule_id).sort()).toEqual(["pii_card", "secret_aws_access_key"]);
    expect(JSON.stringify([refusal, findings])).not.toMatch(/AKIA/);
    expect(refusal?.message).toMatch(/#0?\[0\]|\.\.\./);
  }
});
