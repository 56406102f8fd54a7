// Tests that reasons name the fault and never the server's own words.

import { expect } from "expect";
import { Late } from "./deadline.ts";
import { answerCode, explain } from "./explain.ts";

Deno.test("explain() knows Redis' answers", () => {
  expect(explain(new Error("WRONGTYPE Operation against a key"))).toMatch(
    /^WRONGTYPE: a bucket's key/,
  );
  expect(explain(new Error("MOVED 123 10.0.0.1:7000"))).toBe(
    "MOVED: the key belongs to another node of a Redis Cluster",
  );
  expect(answerCode(new Error("READONLY You can't write"))).toBe("READONLY");
  expect(answerCode(new Error("Socket closed unexpectedly"))).toBeUndefined();
  expect(answerCode("OOM as a string")).toBeUndefined();
});

Deno.test("explain() repeats no text that could hold a password", () => {
  const secret = "hunter2";
  const errors = [
    new Error(`ERR unknown command 'AUTH', with args beginning with: '${secret}'`),
    new Error(`${secret} is odd`),
    Object.assign(new Error(`connect to ${secret}`), { code: "ECONNREFUSED" }),
    Object.assign(new Error("x"), { code: secret }),
    new Error(`invalid peer certificate: ${secret} ...`),
    secret,
    null,
  ];
  const said = errors.map(explain);
  expect(said).toEqual([
    "ERR: the server refused the command",
    "the connection failed",
    "ECONNREFUSED",
    "the connection failed",
    "the server's certificate is not trusted (hunter)",
    "the connection failed",
    "the connection failed",
  ]);
  expect(explain(new Error("Socket closed unexpectedly"))).toBe("the server closed the connection");
  expect(explain(new Late("no answer within 50 ms"))).toBe("no answer within 50 ms");
});
