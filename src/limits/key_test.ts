// Tests that no two callers share a bucket by the way their names are written.

import { expect } from "expect";
import fc from "fast-check";
import { bucketName, checkPrefix, redisKey } from "./key.ts";

Deno.test("bucketName() and redisKey() differ whenever identity or tool differ", () => {
  const part = fc.oneof(
    fc.constantFrom("", ":", "1:", "a", "a:", ":a", "\ud800", "\ud801", "\ufffd"),
    fc.string(),
  );
  const pair = fc.record({ identity: part, tool: part });
  fc.assert(
    fc.property(pair, pair, (a, b) => {
      const same = a.identity === b.identity && a.tool === b.tool;
      expect(bucketName(a) === bucketName(b)).toBe(same);
      expect(redisKey("p:", a) === redisKey("p:", b)).toBe(same);
    }),
    { numRuns: 500 },
  );
});

Deno.test("bucketName() is bounded", () => {
  const long = { identity: "x".repeat(100_000), tool: "t" };
  expect(bucketName(long).length).toBeLessThan(600);
  expect(bucketName(long)).not.toBe(bucketName({ ...long, tool: "u" }));
});

Deno.test("redisKey() lets only plain characters of a name through, and few of them", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (identity, tool) => {
    expect(redisKey("mcpguard:rl:", { identity, tool })).toMatch(
      /^mcpguard:rl:(n[A-Za-z0-9_.:/@+-]{1,128}|h[A-Za-z0-9_-]{43})$/,
    );
  }));
  expect(redisKey("p:", { identity: "alice", tool: "calc.add" })).toBe("p:n5:alicecalc.add");
  expect(redisKey("p:", { identity: "al{ice}", tool: "t" })).toMatch(/^p:h/);
  expect(redisKey("p:", { identity: "alice\n", tool: "" })).toMatch(/^p:h/);
  expect(redisKey("p:", { identity: "x".repeat(1e6), tool: "t" })).toHaveLength(46);
});

Deno.test("checkPrefix() refuses what would pin keys to one slot or break a line", () => {
  for (const prefix of ["", "{x}", "a b", "a\n", "a\r", "é", "x".repeat(65)]) {
    expect(() => checkPrefix(prefix)).toThrow(TypeError);
  }
  expect(checkPrefix("mcpguard:rl:")).toBeUndefined();
});
