// What a session has negotiated, and whose progress goes on.

import { expect } from "expect";
import { type JsonObject, methodSpec, parseJson } from "../wire/mod.ts";
import { isModern, Negotiation, TaskTokens } from "./extensions.ts";

const json = (text: string): JsonObject => parseJson(text) as JsonObject;
const META = (more = ""): JsonObject =>
  json(`{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"${more}}}`);
const TASKS_EXTENSION = '{"extensions":{"io.modelcontextprotocol/tasks":{}}}';
const get = methodSpec("tasks/get", "c2s", "request")!;
const ask = methodSpec("tasks/get", "s2c", "request")!;
const told = methodSpec("notifications/tasks/status", "s2c", "notification")!;

/** Which of: the client asks about tasks, the server asks about tasks, the server tells of tasks. */
function knows(negotiation: Negotiation): boolean[] {
  return [
    negotiation.knows(get, "c2s"),
    negotiation.knows(ask, "s2c"),
    negotiation.knows(told, "s2c"),
  ];
}

Deno.test("Negotiation knows an extension's methods once their owner has declared it", () => {
  const negotiation = new Negotiation();
  expect(knows(negotiation)).toEqual([false, false, false]);
  negotiation.fromRequest("initialize", json('{"capabilities":{"tasks":{}}}'), false);
  expect(knows(negotiation)).toEqual([false, true, false]);
  negotiation.fromResult("initialize", json('{"capabilities":{"tasks":{}}}'));
  expect(knows(negotiation)).toEqual([true, true, true]);
});

Deno.test("Negotiation learns from server/discover, from _meta, and from a task itself", () => {
  const discovered = new Negotiation();
  discovered.fromResult("server/discover", json(`{"capabilities":${TASKS_EXTENSION}}`));
  expect(knows(discovered)).toEqual([true, false, true]);
  const declared = new Negotiation();
  const capabilities = `,"io.modelcontextprotocol/clientCapabilities":${TASKS_EXTENSION}`;
  declared.fromRequest("tools/call", META(capabilities), true);
  expect(knows(declared)).toEqual([false, true, false]);
  const begun = new Negotiation();
  begun.fromResult("tools/call", json('{"resultType":"task","task":{"taskId":"t"}}'));
  expect(knows(begun)).toEqual([true, false, true]);
});

Deno.test("Negotiation learns nothing from other results, or from what is no object", () => {
  const negotiation = new Negotiation();
  negotiation.fromResult("tools/call", json('{"capabilities":{"tasks":{}}}'));
  negotiation.fromResult("initialize", json('{"capabilities":["tasks"]}'));
  negotiation.fromResult("initialize", "tasks");
  negotiation.fromResult("initialize", json('{"capabilities":{"extensions":{"own":{}}}}'));
  expect(knows(negotiation)).toEqual([false, false, false]);
  expect(negotiation.knows(methodSpec("ping", "c2s", "request")!, "c2s")).toBe(true);
});

Deno.test("Negotiation.serverMayAsk is false once only the modern era was spoken", () => {
  const negotiation = new Negotiation();
  expect(negotiation.serverMayAsk).toBe(true);
  negotiation.fromRequest("tools/list", META(), true);
  expect(negotiation.serverMayAsk).toBe(false);
  negotiation.fromRequest("initialize", undefined, false);
  expect(negotiation.serverMayAsk).toBe(true);
});

Deno.test("isModern() reads the version member of _meta", () => {
  expect([isModern(META()), isModern(json('{"_meta":{}}')), isModern(undefined)])
    .toEqual([true, false, false]);
});

Deno.test("TaskTokens live from the task's begin to its end, whoever tells of it", () => {
  const call = methodSpec("tools/call", "c2s", "request")!;
  const result = methodSpec("tasks/result", "c2s", "request")!;
  const begin = (tokens: TaskTokens, id: string, progressKey: string | null = "sp"): void =>
    tokens.answered(
      { spec: call, params: undefined, progressKey },
      json(`{"task":{"taskId":"${id}"}}`),
    );
  const params = json('{"taskId":"t"}');
  const ends: ((tokens: TaskTokens) => void)[] = [
    (tokens) => tokens.told(json('{"taskId":"t","status":"failed"}')),
    (tokens) =>
      tokens.answered({ spec: get, params, progressKey: null }, json('{"status":"cancelled"}')),
    (tokens) => tokens.answered({ spec: result, params, progressKey: null }, json("{}")),
  ];
  for (const end of ends) {
    const tokens = new TaskTokens();
    begin(tokens, "t");
    tokens.told(json('{"taskId":"t","status":"working"}'));
    tokens.told(json('{"taskId":"other","status":"failed"}'));
    expect(tokens.has("sp")).toBe(true);
    end(tokens);
    expect(tokens.has("sp")).toBe(false);
  }
  const two = new TaskTokens();
  begin(two, "t");
  begin(two, "u");
  ends[0]!(two);
  expect(two.has("sp")).toBe(true);
  const none = new TaskTokens();
  begin(none, "t", null);
  expect(none.has("sp")).toBe(false);
});

Deno.test("TaskTokens forget the oldest of too many", () => {
  const tokens = new TaskTokens();
  const spec = methodSpec("tools/call", "c2s", "request")!;
  for (let i = 0; i < 1100; i++) {
    tokens.answered(
      { spec, params: undefined, progressKey: `s${i}` },
      json(`{"task":{"taskId":"t${i}"}}`),
    );
  }
  expect([tokens.has("s0"), tokens.has("s75"), tokens.has("s76"), tokens.has("s1099")])
    .toEqual([false, false, true, true]);
});
