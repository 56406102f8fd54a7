// Tests of reading DSNs, and that no message repeats one.

import { expect } from "expect";
import { McpGuardError } from "../errors.ts";
import { parseDsn, resolveDsn } from "./dsn.ts";

Deno.test("parseDsn() reads every part", () => {
  expect(parseDsn("redis://localhost")).toEqual({
    host: "localhost",
    port: 6379,
    tls: false,
    database: 0,
  });
  expect(parseDsn("redis://127.0.0.1:7000/3")).toEqual({
    host: "127.0.0.1",
    port: 7000,
    tls: false,
    database: 3,
  });
  expect(parseDsn("rediss://:p%40ss%2Fword@[::1]:6390/")).toEqual({
    host: "::1",
    port: 6390,
    tls: true,
    password: "p@ss/word",
    database: 0,
  });
  expect(parseDsn("REDIS://us%3Aer:pw@h")).toEqual({
    host: "h",
    port: 6379,
    tls: false,
    username: "us:er",
    password: "pw",
    database: 0,
  });
});

Deno.test("parseDsn() refuses what it does not understand, without repeating it", () => {
  const cases: [dsn: string, what: RegExp][] = [
    ["", /begin with redis/],
    ["localhost:6379", /begin with redis/],
    ["http://u:hunter2@h", /begin with redis/],
    [" redis://:hunter2@h", /begin with redis/],
    ["redis://:hunter2@", /valid URL|host is missing/],
    ["redis://:hunter2@h:99999", /valid URL/],
    ["redis://:hun#ter2@h:1", /valid URL|host is missing|fragment/],
    ["redis://:hunter2@h:0", /port/],
    ["redis://:hunter2@h/x", /database/],
    ["redis://:hunter2@h/1/2", /database/],
    ["redis://:hunter2@h/-1", /database/],
    ["redis://:hunter2@h?db=1", /query/],
    ["redis://hunter2@h", /user without a password/],
    ["redis://:hunter2%zz@h", /percent/],
  ];
  for (const [dsn, what] of cases) {
    const error = thrown(() => parseDsn(dsn));
    expect([dsn, error]).toEqual([dsn, expect.any(McpGuardError)]);
    expect(error.message).toMatch(what);
    expect(error.message + String(error.stack) + String(error.cause)).not.toMatch(/hunter2|ter2/);
  }
});

Deno.test("resolveDsn() reads env:NAME", () => {
  const env = (name: string): string | undefined =>
    name === "URL" ? "redis://h" : name === "NONE" ? "" : undefined;
  expect(resolveDsn("env:URL", env)).toBe("redis://h");
  expect(resolveDsn("redis://x", env)).toBe("redis://x");
  expect(() => resolveDsn("env:NONE", env)).toThrow(/variable NONE is not set/);
  expect(() => resolveDsn("env:MISSING", env)).toThrow(/variable MISSING is not set/);
  expect(thrown(() => resolveDsn("env:redis://:hunter2@h", env)).message).not.toContain("hunter2");
});

function thrown(fn: () => unknown): Error {
  try {
    fn();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}
