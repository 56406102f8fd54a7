// readMessage against the catalogue's class jsonrpc, and every way in which an envelope can be wrong.

import { expect } from "expect";
import fc from "fast-check";
import { parseJson } from "./json.ts";
import { type Message, readId, readMessage, type RequestMessage } from "./message.ts";
import { RpcError } from "./rpc_error.ts";
import { JsonNumber, JsonObject, type JsonValue } from "./value.ts";

function read(text: string): Message {
  return readMessage(parseJson(text, { bytes: 4 << 20 }));
}

function refusal(action: () => unknown): RpcError {
  try {
    action();
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
  throw new Error("Nothing was refused");
}

function refused(text: string): [string, number] {
  const error = refusal(() => read(text));
  return [error.code, error.rpcCode];
}

Deno.test("readMessage() reads a request", () => {
  const message = read(
    '{"jsonrpc":"2.0","id":"abc","method":"tools/call","params":{"name":"read_file"}}',
  ) as RequestMessage;
  expect(message.kind).toBe("request");
  expect(message.id).toBe("abc");
  expect(message.method).toBe("tools/call");
  expect(message.params?.get("name")).toBe("read_file");
  expect(message.tree.get("params")).toBe(message.params);
});

Deno.test("readMessage() reads a notification, members in any order", () => {
  const message = read('{"method":"notifications/initialized","jsonrpc":"2.0"}');
  expect(message).toMatchObject({ kind: "notification", method: "notifications/initialized" });
  expect((message as { params?: unknown }).params).toBe(undefined);
});

Deno.test("readMessage() reads responses, with a result of any kind", () => {
  expect(read('{"jsonrpc":"2.0","id":1,"result":{}}').kind).toBe("response");
  expect(read('{"jsonrpc":"2.0","id":1,"result":null}')).toMatchObject({ result: null });
  const failed = read('{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"x","data":[1]}}');
  expect(failed).toMatchObject({ kind: "response", result: undefined });
  expect((failed as { error: JsonObject }).error.get("message")).toBe("x");
});

Deno.test("readMessage() keeps ids apart by type (RPC-008)", () => {
  const number = read('{"jsonrpc":"2.0","id":1,"method":"ping"}') as RequestMessage;
  const string = read('{"jsonrpc":"2.0","id":"1","method":"ping"}') as RequestMessage;
  expect(number.id).toBeInstanceOf(JsonNumber);
  expect(string.id).toBe("1");
});

const INVALID = -32600;
const CASES: [why: string, text: string, code: string, rpcCode: number][] = [
  ["a batch (RPC-001)", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', "rpc.batch", INVALID],
  ["an empty batch", "[]", "rpc.batch", INVALID],
  ["a string", '"ping"', "rpc.shape", INVALID],
  ["null", "null", "rpc.shape", INVALID],
  ["a number", "1", "rpc.shape", INVALID],
  ["an empty object", "{}", "rpc.version", INVALID],
  ["no version (RPC-005)", '{"id":1,"method":"ping"}', "rpc.version", INVALID],
  ["version 1.0", '{"jsonrpc":"1.0","id":1,"method":"ping"}', "rpc.version", INVALID],
  ["version as number", '{"jsonrpc":2.0,"id":1,"method":"ping"}', "rpc.version", INVALID],
  ["version in a list", '{"jsonrpc":["2.0"],"id":1,"method":"ping"}', "rpc.version", INVALID],
  ["version with a space", '{"jsonrpc":"2.0 ","id":1,"method":"ping"}', "rpc.version", INVALID],
  [
    "Method beside method (JSON-003)",
    '{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call"}',
    "rpc.unknown_member",
    INVALID,
  ],
  [
    "a full-width method beside method",
    '{"jsonrpc":"2.0","id":1,"method":"tools/list","\uff4dethod":"tools/call"}',
    "rpc.unknown_member",
    INVALID,
  ],
  [
    "Params beside params",
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"Params":{}}',
    "rpc.unknown_member",
    INVALID,
  ],
  [
    "extra members (RPC-017)",
    '{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"meta":{"user":"bob"},"server":"other"}',
    "rpc.unknown_member",
    INVALID,
  ],
  ["type beside jsonrpc", '{"jsonrpc":"2.0","type":"tool_call"}', "rpc.unknown_member", INVALID],
  [
    "method and result (RPC-013)",
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{},"result":{}}',
    "rpc.shape",
    INVALID,
  ],
  [
    "method and error",
    '{"jsonrpc":"2.0","id":1,"method":"x","error":{"code":1,"message":""}}',
    "rpc.shape",
    INVALID,
  ],
  [
    "result and error (RPC-014)",
    '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}',
    "rpc.shape",
    INVALID,
  ],
  ["neither (RPC-014)", '{"jsonrpc":"2.0","id":1}', "rpc.shape", INVALID],
  [
    "params on a response",
    '{"jsonrpc":"2.0","id":1,"result":{},"params":{}}',
    "rpc.shape",
    INVALID,
  ],
  ["a response without id", '{"jsonrpc":"2.0","result":{}}', "rpc.shape", INVALID],
  ["an error that is a string", '{"jsonrpc":"2.0","id":1,"error":"x"}', "rpc.shape", INVALID],
  [
    "an error without code",
    '{"jsonrpc":"2.0","id":1,"error":{"message":"x"}}',
    "rpc.shape",
    INVALID,
  ],
  [
    "a fractional error code",
    '{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"x"}}',
    "rpc.shape",
    INVALID,
  ],
  [
    "an error code as string",
    '{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"x"}}',
    "rpc.shape",
    INVALID,
  ],
  [
    "an error message that is no string",
    '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":{}}}',
    "rpc.shape",
    INVALID,
  ],
  [
    "an extra member of the error",
    '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x","Data":1}}',
    "rpc.shape",
    INVALID,
  ],
  ["id null", '{"jsonrpc":"2.0","id":null,"method":"ping"}', "rpc.id", INVALID],
  ["id true", '{"jsonrpc":"2.0","id":true,"method":"ping"}', "rpc.id", INVALID],
  ["id as object", '{"jsonrpc":"2.0","id":{},"method":"ping"}', "rpc.id", INVALID],
  ["id as list", '{"jsonrpc":"2.0","id":[1],"method":"ping"}', "rpc.id", INVALID],
  ["a fractional id", '{"jsonrpc":"2.0","id":1.5,"method":"ping"}', "rpc.id", INVALID],
  ["id 1.0", '{"jsonrpc":"2.0","id":1.0,"method":"ping"}', "rpc.id", INVALID],
  ["id 1e0", '{"jsonrpc":"2.0","id":1e0,"method":"ping"}', "rpc.id", INVALID],
  ["id -0", '{"jsonrpc":"2.0","id":-0,"method":"ping"}', "rpc.id", INVALID],
  ["id with NUL", '{"jsonrpc":"2.0","id":"a\\u0000","method":"ping"}', "rpc.id", INVALID],
  ["id with a newline", '{"jsonrpc":"2.0","id":"a\\nb","method":"ping"}', "rpc.id", INVALID],
  ["id with a C1 control", '{"jsonrpc":"2.0","id":"\\u0085","method":"ping"}', "rpc.id", INVALID],
  ["method null", '{"jsonrpc":"2.0","id":1,"method":null}', "rpc.method", INVALID],
  ["method as list", '{"jsonrpc":"2.0","id":1,"method":["ping"]}', "rpc.method", INVALID],
  ["method with NUL", '{"jsonrpc":"2.0","id":1,"method":"ping\\u0000"}', "rpc.method", INVALID],
  ["params as list", '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', "rpc.params", -32602],
  ["params null", '{"jsonrpc":"2.0","id":1,"method":"ping","params":null}', "rpc.params", -32602],
];

for (const [why, text, code, rpcCode] of CASES) {
  Deno.test(`readMessage() refuses ${why}`, () => expect(refused(text)).toEqual([code, rpcCode]));
}

Deno.test("readMessage() refuses ids beyond 2^53 even where the reader let them through", () => {
  for (const raw of ["9007199254740993", "-9007199254740993", "1e400"]) {
    const id = new JsonNumber(raw);
    const tree = new JsonObject(["jsonrpc", "id", "method"], ["2.0", id, "ping"]);
    expect(refusal(() => readMessage(tree)).code).toBe("rpc.id");
  }
});

Deno.test("readMessage() holds string ids to 128 bytes of UTF-8 (RPC-018)", () => {
  const message = (id: string): string => `{"jsonrpc":"2.0","id":"${id}","method":"ping"}`;
  expect(read(message("a".repeat(128))).kind).toBe("request");
  expect(read(message("\u00e9".repeat(64))).kind).toBe("request");
  expect(read(message("\u{1f600}".repeat(32))).kind).toBe("request");
  for (const id of ["a".repeat(129), "\u00e9".repeat(65), "\u20ac".repeat(43), "a".repeat(1e6)]) {
    expect(refused(message(id))).toEqual(["rpc.id_length", INVALID]);
  }
  expect(refused(message("\u{1f600}".repeat(32) + "a"))).toEqual(["rpc.id_length", INVALID]);
});

Deno.test("readMessage() holds methods to 128 characters (RPC-019)", () => {
  const message = (method: string): string => `{"jsonrpc":"2.0","id":1,"method":"${method}"}`;
  expect(read(message("a".repeat(128))).kind).toBe("request");
  expect(refused(message("a".repeat(129)))).toEqual(["rpc.method_length", -32601]);
  expect(refused(message("a".repeat(1e6)))).toEqual(["rpc.method_length", -32601]);
});

Deno.test("readMessage() gives the error the id, where it can be read", () => {
  expect(refusal(() => read('{"jsonrpc":"1.0","method":"x","id":"k"}')).id).toBe("k");
  expect(refusal(() => read('{"jsonrpc":"2.0","method":1,"id":7}')).id).toEqual(
    new JsonNumber("7"),
  );
  expect(refusal(() => read('{"jsonrpc":"2.0","extra":1,"id":null}')).id).toBe(undefined);
});

Deno.test("readMessage() never quotes the peer in its errors", () => {
  for (const [, text] of CASES) {
    const message = refusal(() => read(text.replaceAll("ping", "hunter2"))).message;
    expect(message).not.toContain("hunter2");
  }
});

Deno.test("readMessage() either reads an envelope or throws RpcError, whatever it holds", () => {
  const value: fc.Arbitrary<JsonValue> = fc.oneof(
    fc.constantFrom<JsonValue>("2.0", null, true, "ping", new JsonNumber("1")),
    fc.constant(null).map(() => new JsonObject()),
    fc.string(),
  );
  const key = fc.constantFrom("jsonrpc", "id", "method", "params", "result", "error", "Id", "x");
  fc.assert(fc.property(fc.uniqueArray(key), fc.array(value, { minLength: 8 }), (keys, values) => {
    const tree = new JsonObject(keys, values.slice(0, keys.length));
    let message: Message | undefined;
    try {
      message = readMessage(tree);
    } catch (error) {
      expect(error).toBeInstanceOf(RpcError);
    }
    if (message === undefined) return;
    expect(keys).not.toContain("Id");
    expect(keys).not.toContain("x");
    expect(tree.get("jsonrpc")).toBe("2.0");
    expect(tree.has("method")).toBe(message.kind !== "response");
    expect(message.kind === "notification").toBe(!tree.has("id"));
  }));
});

Deno.test("readId() takes integers and short strings", () => {
  for (const id of ["", "a", new JsonNumber("0"), new JsonNumber("-5")]) {
    expect(readId(id)).toBe(id);
  }
  expect(readId(new JsonNumber("9007199254740991"))).toBeInstanceOf(JsonNumber);
});
