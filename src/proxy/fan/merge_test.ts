import { expect } from "expect";
import { JsonObject, type JsonValue } from "../../wire/mod.ts";
import { mergeDiscover } from "./merge.ts";

Deno.test("mergeDiscover() reads each server's revisions a fixed number of times, however many there are", () => {
  let reads = 0;
  const part = (versions: JsonValue[]): JsonObject =>
    new JsonObject(["supportedVersions"], [
      new Proxy(versions, {
        get: (target, key, receiver) => {
          reads++;
          return Reflect.get(target, key, receiver);
        },
      }),
    ]);
  const many = (prefix: string): string[] => Array.from({ length: 1000 }, (_, i) => prefix + i);
  const merged = mergeDiscover(
    new Map([
      ["a", part([...many("a"), "2026-07-28"])],
      ["b", part([...many("b"), "2026-07-28"])],
    ]),
    { name: "mcpguard", version: "1" },
  );
  expect(merged.get("supportedVersions")).toEqual(["2026-07-28"]);
  expect(reads).toBeLessThan(10_000);
});
