import { expect } from "expect";
import { distance, nearest } from "./suggest.ts";

Deno.test("distance() counts inserts, deletes, replacements and swaps", () => {
  const cases: [string, string, number][] = [
    ["", "", 0],
    ["", "abc", 3],
    ["deny", "deny", 0],
    ["denny", "deny", 1],
    ["dney", "deny", 1],
    ["dany", "deny", 1],
    ["resoruces", "resources", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ];
  for (const [a, b, edits] of cases) {
    expect([a, b, distance(a, b)]).toEqual([a, b, edits]);
    expect(distance(b, a)).toBe(edits);
  }
});

Deno.test("nearest() finds a typo, other case and dashes, and nothing far away", () => {
  const words = ["version", "default", "tools", "rate_limit", "key"];
  expect(nearest("tool", words)).toBe("tools");
  expect(nearest("defualt", words)).toBe("default");
  expect(nearest("Rate-Limit", words)).toBe("rate_limit");
  expect(nearest("ky", words)).toBe("key");
  expect(nearest("rules", words)).toBeUndefined();
  expect(nearest("", words)).toBeUndefined();
  expect(nearest("x".repeat(1000), words)).toBeUndefined();
});
