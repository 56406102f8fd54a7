import { expect } from "expect";
import fc from "fast-check";
import { type Peek, peek } from "./message_peek.ts";

const look = (text: string): Peek => peek(new TextEncoder().encode(text));

Deno.test("peek() finds the id of an answer wherever it stands", () => {
  expect(look('{"jsonrpc":"2.0","id":7,"result":{}}')).toEqual({ answer: true, id: "n7" });
  expect(look('{"result":{"id":1,"a":["}\\"",{"b":"\\\\"}]},"jsonrpc":"2.0","id":"7"}'))
    .toEqual({ answer: true, id: "s7" });
  expect(look(' \n{ "id" : -3 ,\t"error" : {"code":1} } ')).toEqual({ answer: true, id: "n-3" });
  expect(look('{"id":"a\\u0062\\"","result":null}')).toEqual({ answer: true, id: 'sab"' });
});

Deno.test("peek() takes a request, a notification and nonsense for no answer", () => {
  for (
    const text of [
      '{"id":1,"method":"ping"}',
      '{"method":"x","params":{"result":1}}',
      '{"jsonrpc":"2.0","id":1}',
      '[{"id":1,"result":{}}]',
      "",
      "{",
      '{"id":1,"result":"unfinished',
      '"id"',
      '{"id" 1,"result":{}}',
    ]
  ) expect(look(text)).toMatchObject({ answer: false });
});

Deno.test("peek() knows an answer whose id is null, missing or odd, and gives it no key", () => {
  expect(look('{"id":null,"error":{}}')).toEqual({ answer: true });
  expect(look('{"error":{}}')).toEqual({ answer: true });
  expect(look('{"id":1.5,"result":{}}')).toEqual({ answer: true });
  expect(look('{"id":{},"result":{}}')).toEqual({ answer: true });
});

Deno.test("peek() agrees with a real parser about every answer", () => {
  const id = fc.oneof(fc.string({ maxLength: 20 }), fc.maxSafeInteger());
  fc.assert(
    fc.property(id, fc.json(), fc.boolean(), fc.nat(3), (id, result, first, indent) => {
      const value = JSON.parse(result);
      const message = first ? { id, jsonrpc: "2.0", result: value } : { result: value, id };
      const key = typeof id === "string" ? `s${id}` : `n${id}`;
      expect(look(JSON.stringify(message, null, indent))).toEqual({ answer: true, id: key });
    }),
  );
});
