import { expect } from "expect";
import { DependencyFailed } from "../errors.ts";
import { memorySink } from "./memory.ts";
import { record } from "./testing.ts";

Deno.test("memorySink() keeps records in order and as they are", () => {
  const sink = memorySink();
  const records = ["a", "b"].map((id) => record({ id, tool: "x".repeat(1000) }));
  records.forEach((r) => sink.write(r));
  expect(sink.records).toEqual(records);
  sink.clear();
  expect(sink.records).toEqual([]);
});

Deno.test("memorySink() refuses more than it holds instead of dropping", () => {
  const sink = memorySink(2);
  sink.write(record({ id: "a" }));
  expect(sink.healthy?.()).toBe(true);
  sink.write(record({ id: "b" }));
  expect(sink.healthy?.()).toBe(false);
  expect(() => sink.write(record({ id: "c" }))).toThrow(DependencyFailed);
  expect(sink.records.map((r) => r.id)).toEqual(["a", "b"]);
});
