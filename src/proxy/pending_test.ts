// Waiting requests: found by the exact id only, and taken out exactly once.

import { expect } from "expect";
import type { Inquiry } from "../guard/mod.ts";
import { JsonNumber, JsonObject, methodSpec, parseJson, type RpcId } from "../wire/mod.ts";
import { idKey, type PendingRequest, PendingTable, progressKey } from "./pending.ts";
import { decisionOf } from "./session_testkit.ts";

const number = (raw: string): JsonNumber => new JsonNumber(raw);

function add(
  table: PendingTable,
  peerId: RpcId,
  change: Partial<PendingRequest> = {},
): PendingRequest {
  const request: PendingRequest = {
    peerId,
    guardId: table.nextId(),
    spec: methodSpec("tools/call", "c2s", "request")!,
    params: undefined,
    decision: decisionOf({}),
    inquiry: {} as Inquiry,
    modern: false,
    progressKey: null,
    startedAt: 0,
    deadline: 100,
    ...change,
  };
  table.add(request);
  return request;
}

Deno.test('PendingTable tells 1 from "1"', () => {
  const table = new PendingTable();
  const one = add(table, number("1"));
  expect(table.has("1")).toBe(false);
  const text = add(table, "1");
  expect([table.byPeerId(number("1")), table.byPeerId("1")]).toEqual([one, text]);
  expect(idKey("n1")).not.toBe(idKey(number("1")));
});

Deno.test("PendingTable.take() knows only the spelling that the guard wrote, and once", () => {
  const table = new PendingTable();
  const request = add(table, "a");
  for (const id of ["1", number("1.0"), number("1e0"), number("2"), number("0"), number("-1")]) {
    expect(table.take(id)).toBeUndefined();
  }
  expect(table.holds(request)).toBe(true);
  expect(table.take(number("1"))).toBe(request);
  expect(table.take(number("1"))).toBeUndefined();
  expect([table.holds(request), table.size, table.has("a")]).toEqual([false, 0, false]);
});

Deno.test("PendingTable never gives an id out twice", () => {
  const table = new PendingTable();
  add(table, "a");
  table.drain();
  expect(add(table, "a").guardId).toBe(2);
});

Deno.test("PendingTable.expire() takes out what is late and nothing else", () => {
  const table = new PendingTable();
  const early = add(table, "a", { deadline: 10 });
  const late = add(table, "b", { deadline: 11 });
  const endless = add(table, "c", { deadline: Infinity });
  expect(table.expire(9)).toEqual([]);
  expect(table.expire(10)).toEqual([early]);
  expect(table.expire(1e12)).toEqual([late]);
  expect([table.size, table.ending, table.holds(endless)]).toEqual([1, 0, true]);
  table.remove(endless);
  expect([table.size, table.ending]).toEqual([0, 0]);
});

Deno.test("PendingTable.drain() takes out everything", () => {
  const table = new PendingTable();
  const all = [add(table, "a", { progressKey: "sp" }), add(table, "b", { deadline: Infinity })];
  expect(table.drain()).toEqual(all);
  expect([table.size, table.ending, table.byProgress("sp")]).toEqual([0, 0, undefined]);
  expect(table.drain()).toEqual([]);
});

Deno.test("PendingTable.byProgress() finds who gave the token last", () => {
  const table = new PendingTable();
  const first = add(table, "a", { progressKey: "sp" });
  const second = add(table, "b", { progressKey: "sp" });
  expect(table.byProgress("sp")).toBe(second);
  table.remove(first);
  expect(table.byProgress("sp")).toBe(second);
  table.remove(second);
  expect(table.byProgress("sp")).toBeUndefined();
});

Deno.test("progressKey() reads tokens of requests and of notifications", () => {
  const keys = [
    '{"_meta":{"progressToken":"p"}}',
    '{"progressToken":"p"}',
    '{"_meta":{"progressToken":7}}',
    '{"_meta":{"progressToken":{}}}',
    '{"_meta":1}',
    "{}",
  ].map((text) => progressKey(parseJson(text) as JsonObject));
  expect(keys).toEqual(["sp", "sp", "n7", null, null, null]);
  expect(progressKey(undefined)).toBe(null);
});
