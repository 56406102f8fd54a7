import { expect } from "expect";
import { parsePolicy } from "../policy/mod.ts";
import type { Refusal } from "./rulings.ts";
import { judgeUris } from "./stage_uris.ts";
import type { Inquiry, UriUse } from "./types.ts";

const policy = parsePolicy(
  'version: 1\nresources: { allow: ["file:///pub/**"], deny: ["file:///priv/**"] }\n',
  "p.yaml",
);

function judged(uris: UriUse[], trace: Parameters<typeof judgeUris>[2] = null): Refusal | null {
  const inquiry: Inquiry = {
    identity: { id: "a", roles: [], method: "local" },
    direction: "c2s",
    method: "tools/call",
    known: true,
    tool: "t",
    names: [],
    uris,
    texts: [],
    metered: true,
  };
  return judgeUris(policy, inquiry, trace);
}

const use = (role: UriUse["role"]) => (uri: string): UriUse => ({ uri, role, where: "params.x" });
const numbered = (n: number, text: (i: number) => string): string[] =>
  Array.from({ length: n }, (_, i) => text(i));

Deno.test("judgeUris() refuses a message whose arguments together hold too many places", () => {
  const few = numbered(16_384, (i) => `/a/${i}`).map(use("argument"));
  expect(judged(few)).toBe(null);
  expect(judged([...few, use("argument")("/a/one-more")])).toMatchObject({
    reason: "LimitExceeded",
    rule: "resources.in_arguments",
    detail: "uri.count",
  });
});

Deno.test("judgeUris() counts what an argument repeats once", () => {
  expect(judged(numbered(100_000, (i) => `/a/${i % 10}`).map(use("argument")))).toBe(null);
});

Deno.test("judgeUris() still sees the denied place behind a thousand repeats", () => {
  const uris = [...numbered(1000, () => "/a/b"), "/priv/x", ...numbered(10, () => "/a/b")];
  expect(judged(uris.map(use("argument")))?.rule).toBe("resources.deny[0]");
  expect(judged(uris.map(use("argument")), [])?.rule).toBe("resources.deny[0]");
});

Deno.test("judgeUris() refuses a message that declares more URIs than can be read in good time", () => {
  const some = numbered(1000, (i) => `file:///pub/${"ä".repeat(20)}${i}`).map(use("resource"));
  expect(judged(some)).toBe(null);
  const huge = numbered(130, (i) => `file:///pub/${"\ufdfa".repeat(400)}${i}`);
  expect(judged(huge.map(use("resource")))).toMatchObject({
    reason: "LimitExceeded",
    detail: "uri.count",
  });
});
