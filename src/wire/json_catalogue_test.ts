// The bypass catalogue's class "json", as far as the reader decides it; the case ids are its own.
// JSON-003 and JSON-026 are decided on messages: here stands what the reader must hand on for them.

import { expect } from "expect";
import { JsonError, parseJson } from "./json.ts";
import type { JsonLimits } from "./json.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue } from "./value.ts";
import { writeJson } from "./write.ts";

const head = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":';
const call = (params: string): string => `${head}${params}}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Bytes from text in which each unit is one byte. */
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

interface Refused {
  id: string;
  document: string | Uint8Array;
  code: string;
  /** The neighbour that differs in the one point, and must pass. */
  allowed: string | Uint8Array;
  limits?: Partial<JsonLimits>;
  /** Whether the error carries the message's id, 1. */
  knowsId: boolean;
}

const nest = (n: number): string =>
  call(`{"name":"read_file","arguments":{"a":${"[".repeat(n)}${"]".repeat(n)}}}`);
const items = (n: number): string => call(`{"a":[${new Array(n).fill("1").join()}]}`);
const members = (n: number): string =>
  call(`{"a":{${Array.from({ length: n }, (_, i) => `"${i}":1`).join()}}}`);

const refused: Refused[] = [
  {
    id: "JSON-001 duplicate params.name",
    document: call('{"name":"read_file","name":"delete_file","arguments":{}}'),
    code: "json.duplicate_key",
    allowed: call('{"name":"read_file","nam":"delete_file","arguments":{}}'),
    knowsId: true,
  },
  {
    id: "JSON-002 duplicate hidden by an escape",
    document: call('{"name":"read_file","na\\u006de":"delete_file","arguments":{}}'),
    code: "json.duplicate_key",
    allowed: call('{"na\\u006de":"read_file","arguments":{}}'),
    knowsId: true,
  },
  {
    id: "JSON-006 duplicate top-level method",
    document: '{"jsonrpc":"2.0","method":"ping","id":1,"method":"tools/call","params":{}}',
    code: "json.duplicate_key",
    allowed: '{"jsonrpc":"2.0","method":"ping","id":1,"params":{}}',
    knowsId: true,
  },
  {
    id: "JSON-008 __proto__ in params",
    document: call('{"__proto__":{"name":"delete_file"},"name":"read_file","arguments":{}}'),
    code: "json.proto_key",
    allowed: call('{"name":"read_file","arguments":{"constructor":{"prototype":{"x":1}}}}'),
    knowsId: true,
  },
  {
    id: "JSON-008 __proto__ in arguments",
    document: call('{"name":"read_file","arguments":{"__proto__":{"admin":true}}}'),
    code: "json.proto_key",
    allowed: call('{"name":"read_file","arguments":{"proto":"__proto__"}}'),
    knowsId: true,
  },
  {
    id: "JSON-013 big integer",
    document: call('{"name":"echo","arguments":{"amount":9007199254740993}}'),
    code: "json.unsafe_number",
    allowed: call('{"name":"echo","arguments":{"amount":9007199254740991}}'),
    knowsId: true,
  },
  ...["NaN", "0x1", "01", "+1", "Infinity"].map((id): Refused => ({
    id: `JSON-014 ${id}`,
    document: `{"jsonrpc":"2.0","id":${id},"method":"ping"}`,
    code: "json.syntax",
    allowed: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    knowsId: false,
  })),
  {
    id: "JSON-015 nesting bomb",
    document: nest(100_000),
    code: "json.depth",
    allowed: nest(61), // The message, params and arguments are three more.
    knowsId: true,
  },
  {
    id: "JSON-016 a million items",
    document: items(1_000_000),
    code: "json.tokens",
    allowed: items(90_000),
    limits: { bytes: 20_000_000 },
    knowsId: true,
  },
  {
    id: "JSON-016 a million members",
    document: members(1_000_000),
    code: "json.keys",
    allowed: members(10_000),
    limits: { bytes: 20_000_000 },
    knowsId: true,
  },
  {
    id: "JSON-016 a million items, beyond the byte limit as well",
    document: items(1_000_000),
    code: "json.size",
    allowed: items(90_000),
    knowsId: false,
  },
  ...["\xff", "\xc0\xaf", "\xed\xa0\x80"].map((bad): Refused => ({
    id: `JSON-017 ${latin1(bad).toHex()}`,
    document: latin1(call(`{"name":"delete${bad}_file","arguments":{}}`)),
    code: "json.utf8",
    allowed: bytes(call('{"name":"delete\u00ff_file","arguments":{}}')),
    knowsId: false,
  })),
  {
    id: "JSON-021 a second document",
    document: '{"jsonrpc":"2.0","id":1,"method":"ping"} ' + call('{"name":"delete_file"}'),
    code: "json.trailing",
    allowed: '{"jsonrpc":"2.0","id":1,"method":"ping"} \r\n',
    knowsId: true,
  },
  {
    id: "JSON-023 raw NUL",
    document: latin1('{"jsonrpc":"2.0","id":1,"method":"ping\0"}'),
    code: "json.control_char",
    allowed: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    knowsId: true,
  },
];

for (const { id, document, code, allowed, limits, knowsId } of refused) {
  Deno.test(`parseJson() refuses ${id}, and takes its neighbour`, () => {
    let error: unknown;
    try {
      parseJson(document, limits);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(JsonError);
    const { code: found, id: foundId } = error as JsonError;
    expect([found, foundId]).toEqual([code, knowsId ? new JsonNumber("1") : undefined]);
    expect(parseJson(allowed, limits)).toBeInstanceOf(JsonObject);
  });
}

Deno.test("parseJson() hands on the keys of JSON-003 as two, and the text of JSON-026 decoded", () => {
  const keys = (v: JsonValue): string[] => (v as JsonObject).keys;
  expect(keys(parseJson('{"method":"tools/list","Method":"tools/call"}')))
    .toEqual(["method", "Method"]);
  const escaped = '{"method":"\\u0074ools\\/call","params":{"name":"a\\u0000b"}}';
  const message = parseJson(escaped) as JsonObject;
  expect(message.get("method")).toBe("tools/call");
  // JSON-023's second half: the escape is legal JSON, and the name holds a NUL for all to see.
  expect((message.get("params") as JsonObject).get("name")).toBe("a\0b");
  expect(writeJson(message)).toBe('{"method":"tools/call","params":{"name":"a\\u0000b"}}');
});
