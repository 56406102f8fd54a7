// Members of `_meta` that stay and that go.

import { expect } from "expect";
import { stripMeta } from "./meta.ts";
import { JsonObject } from "./value.ts";
import { mapWrites } from "./value_testkit.ts";

const stripped = (...names: string[]): string[] =>
  stripMeta(new JsonObject(["_meta"], [new JsonObject(names, names.map(() => "x"))]));

Deno.test("stripMeta() leaves the protocol's own members, trace context and vendors' names", () => {
  expect(stripped("progressToken", "traceparent", "tracestate", "baggage")).toEqual([]);
  expect(stripped("io.modelcontextprotocol/clientInfo", "io.modelcontextprotocol/x")).toEqual([]);
  expect(stripped("com.example/trace", "claudecode/toolUseId", "vscode.requestId")).toEqual([]);
});

Deno.test("stripMeta() takes out plain words and prefixes that MCP reserves (MCP-029)", () => {
  expect(stripped("tool", "target", "name", "Tool")).toEqual(["tool", "target", "name", "Tool"]);
  const reserved = ["com.mcp.internal/route", "modelcontextprotocol.io/x", "MCP.dev/x", "mcp/x"];
  expect(stripped(...reserved)).toEqual(reserved);
  expect(stripped("Io.ModelContextProtocol/x")).toEqual(["Io.ModelContextProtocol/x"]);
});

Deno.test("stripMeta() leaves alone what is no object", () => {
  expect(stripMeta(undefined)).toEqual([]);
  expect(stripMeta(new JsonObject(["_meta"], ["tool"]))).toEqual([]);
});

Deno.test("stripMeta() takes out thousands of members without an index for each", () => {
  const writes = mapWrites(() => {
    const names = Array.from({ length: 1000 }, (_, i) => `k${i}`);
    const meta = new JsonObject(["traceparent", ...names], ["t", ...names.map(() => "x")]);
    expect(stripMeta(new JsonObject(["_meta"], [meta]))).toEqual(names);
    expect([meta.keys, meta.values]).toEqual([["traceparent"], ["t"]]);
  });
  expect(writes).toBeLessThan(10_000);
});
