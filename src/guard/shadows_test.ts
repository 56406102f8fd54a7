// Lists in which many tools have one name, as a hostile server sends them.

import { expect } from "expect";
import { JsonObject, type JsonValue } from "../wire/mod.ts";
import type { ListUse } from "../wire/uses.ts";
import { Shadows } from "./shadows.ts";

function tool(name: string, more: JsonObject = new JsonObject()): JsonObject {
  return new JsonObject(["name", "inputSchema"], [name, more]);
}

function listOf(items: JsonValue[]): ListUse {
  return { kind: "tool", key: "name", items, where: "result.tools", marks: [] };
}

Deno.test("of many tools with one name the first definition is written once", () => {
  let read = 0;
  const schema = new JsonObject();
  Object.defineProperty(schema, "keys", {
    get: () => {
      read++;
      return [];
    },
  });
  const same = [tool("t", schema), ...Array.from({ length: 500 }, () => tool("t"))];
  expect(new Shadows().look(listOf(same), false, 0)).toEqual([]);
  expect(read).toBe(1);
  const other = [
    tool("t", schema),
    ...Array.from({ length: 500 }, (_, i) => tool("t", tool(`${i}`))),
  ];
  expect(new Shadows().look(listOf(other), false, 0).length).toBe(501);
  expect(read).toBe(2);
});

Deno.test("names that are alike are withheld also where there is no room to remember them", () => {
  const shadows = new Shadows();
  const pairs = (from: number, to: number): JsonValue[] =>
    Array.from({ length: to - from }, (_, i) => [tool(`t${from + i}`), tool(`T${from + i}`)])
      .flat();
  expect(shadows.look(listOf(pairs(0, 20_000)), false, 0).length).toBe(40_000);
  expect(shadows.look(listOf(pairs(20_000, 20_010)), false, 0).length).toBe(20);
});
