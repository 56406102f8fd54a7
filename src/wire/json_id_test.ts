// The message id that a JsonError carries, and which of several problems it reports.

import { expect } from "expect";
import { JsonError, parseJson } from "./json.ts";
import type { JsonLimits } from "./json.ts";
import { JsonNumber } from "./value.ts";

function refusal(input: Uint8Array | string, limits?: Partial<JsonLimits>): JsonError {
  try {
    parseJson(input, limits);
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
  throw new Error("accepted");
}

const one = new JsonNumber("1");

Deno.test("JsonError.id is the message's id, wherever it stands", () => {
  const bad = [
    '{"x":1,"x":2}',
    '{"__proto__":0}',
    '"\\ud800"',
    "1e999",
    "[".repeat(64) + "]".repeat(64),
  ];
  for (const value of bad) {
    expect(refusal(`{"id":1,"a":${value}}`).id).toEqual(one);
    expect(refusal(`{"a":${value},"id":1}`).id).toEqual(one);
    expect(refusal(`{"a":${value},"b":[{"id":2}],"\\u0069d":"x"}`).id).toBe("x");
    expect(refusal(`{"a":{"id":3,"b":${value}}}`).id).toBe(undefined);
    expect(refusal(`[{"a":${value},"id":3}]`).id).toBe(undefined);
  }
  expect(refusal('{"a":"\ud800","id":1}').id).toEqual(one);
  expect(refusal('{"id":1,"a":2,"a":3,"k":0}', { keys: 1 }).id).toEqual(one);
  expect(refusal('{"k":0,"id":1}', { keys: 1 }).id).toEqual(one);
  expect(refusal('{"id":1,"a":[1,2]}', { tokens: 3 }).id).toEqual(one);
  expect(refusal('{"id":1}x').id).toEqual(one);
  expect(refusal('{"id":1,').id).toEqual(one);
});

Deno.test("JsonError.id is unknown when it is doubtful", () => {
  expect(refusal('{"id":1,"id":1}').id).toBe(undefined);
  expect(refusal('{"a":1,"a":1,"id":1,"id":2}').id).toBe(undefined);
  expect(refusal('{"id":1e999}').id).toBe(undefined);
  expect(refusal('{"a":1e999,"id":1e999}').id).toBe(undefined);
  expect(refusal('{"id":"\\ud800"}').id).toBe(undefined);
  expect(refusal('{"a":1e999,"id":"\\ud800"}').id).toBe(undefined);
  for (const id of ["null", "true", "[1]", '{"id":1}']) {
    expect(refusal(`{"a":1e999,"id":${id}}`).id).toBe(undefined);
    expect(refusal(`{"id":${id},"a":1e999}`).id).toBe(undefined);
  }
  expect(refusal('{"id":"\ud800","a":1}').id).toBe(undefined);
  for (const text of ['{"id"', '{"id":', '{"id":01}', '{"id":1x}', '{"id":1.', '{"id":"1']) {
    expect(refusal(text).id).toBe(undefined);
  }
});

Deno.test("parseJson() reports the first breach, but bad syntax before any", () => {
  expect(refusal('{"a":1,"a":1e999,"__proto__":1}').code).toBe("json.duplicate_key");
  expect(refusal('{"__proto__":1,"a":1,"a":1}').code).toBe("json.proto_key");
  expect(refusal('{"a":1,"a":2,"id":1]').code).toBe("json.syntax");
  expect(refusal('{"a":1,"a":2,"id":1} {}').code).toBe("json.trailing");
  expect(refusal('{"a":1,"a":2,"id":1} {}').id).toEqual(one);
  expect(refusal('{"a":1,"a":2,"b":"\n"}').code).toBe("json.control_char");
  expect(refusal('{"a":1,"a":2,"b":[1,2,3]}', { tokens: 4 }).code).toBe("json.duplicate_key");
});
