// Whose a handle is, and how many are remembered.

import { expect } from "expect";
import { Handles } from "./handles.ts";

Deno.test("Handles.has() knows a handle of its owner and kind alone, bound to what it was given for", () => {
  const handles = new Handles();
  handles.give("alice", "cursor", "tools/list", "page 2");
  expect(handles.has("alice", "cursor", "tools/list", "page 2")).toBe(true);
  expect(handles.has("bob", "cursor", "tools/list", "page 2")).toBe(false);
  expect(handles.has("alice", "state", "tools/list", "page 2")).toBe(false);
  expect(handles.has("alice", "cursor", "prompts/list", "page 2")).toBe(false);
  // Nothing runs together.
  expect(handles.has("alice", "cursor", "tools/listpage 2")).toBe(false);
});

Deno.test("Handles.give() forgets the oldest of one caller, and nobody else's for it", () => {
  const handles = new Handles();
  handles.give("bob", "task", "first");
  for (let i = 0; i <= 10_000; i++) handles.give("alice", "task", String(i));
  expect(handles.has("alice", "task", "0")).toBe(false);
  expect(handles.has("alice", "task", "10000")).toBe(true);
  expect(handles.has("bob", "task", "first")).toBe(true);
});
