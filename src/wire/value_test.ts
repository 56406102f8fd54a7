// JsonObject: lookup, replacement and removal, small and large.

import { expect } from "expect";
import { JsonNumber, JsonObject } from "./value.ts";
import { mapWrites } from "./value_testkit.ts";

Deno.test("JsonNumber keeps its spelling and gives the nearest double", () => {
  const number = new JsonNumber("1.50e1");
  expect([number.raw, number.value]).toEqual(["1.50e1", 15]);
  expect(new JsonNumber("1e400").value).toBe(Infinity);
});

Deno.test("JsonObject finds, replaces, appends and removes members at every size", () => {
  for (const n of [0, 1, 8, 9, 10, 200]) {
    const object = new JsonObject();
    for (let i = 0; i < n; i++) object.set(`k${i}`, `v${i}`);
    expect(object.keys).toEqual(Array.from({ length: n }, (_, i) => `k${i}`));
    for (let i = 0; i < n; i++) expect(object.get(`k${i}`)).toBe(`v${i}`);
    expect([object.get("k"), object.has("toString"), object.has("__proto__")])
      .toEqual([undefined, false, false]);

    object.set("new", null);
    object.set("new", true);
    expect([object.has("new"), object.get("new"), object.keys.length]).toEqual([true, true, n + 1]);
    object.delete("k0");
    object.delete("missing");
    expect(object.has("k0")).toBe(false);
    expect(object.keys.length).toBe(n === 0 ? 1 : n);
    expect(object.get("new")).toBe(true);
    expect(object.keys.map((key) => object.get(key))).toEqual(object.values);
  }
});

Deno.test("JsonObject appends to a large object without searching it anew each time", () => {
  const object = new JsonObject();
  // Quadratic growth would take minutes here.
  for (let i = 0; i < 200_000; i++) object.set(`k${i}`, null);
  expect(object.keys.length).toBe(200_000);
  expect(object.has("k199999")).toBe(true);
});

Deno.test("JsonObject renames and removes many members without an index for each", () => {
  const writes = mapWrites(() => {
    const names = Array.from({ length: 1000 }, (_, i) => `k${i}`);
    const object = new JsonObject([...names], names.map(() => null));
    names.forEach((_, i) => {
      if (!object.has(`r${i}`)) object.rename(i, `r${i}`);
    });
    expect([object.has("k5"), object.has("r5"), object.keys[999]]).toEqual([false, true, "r999"]);
    object.values[999] = true;
    object.deleteAll(new Set([...object.keys.slice(0, 998), "missing"]));
    expect([object.keys, object.values]).toEqual([["r998", "r999"], [null, true]]);
    expect([object.get("r999"), object.has("r5")]).toEqual([true, false]);
  });
  expect(writes).toBeLessThan(10_000);
});
