import { expect } from "expect";
import { hostAllowed, originAllowed } from "./origin.ts";

const own = (host: string | null, extra: string[] = [], bound = "127.0.0.1:8787"): boolean =>
  hostAllowed(host, { bound, extra });

Deno.test("hostAllowed() takes loopback names with our port", () => {
  for (
    const host of [
      "localhost:8787",
      "127.0.0.1:8787",
      "[::1]:8787",
      "LOCALHOST:8787",
      "LocalHost:8787",
    ]
  ) {
    expect([host, own(host)]).toEqual([host, true]);
  }
  expect(own("localhost", [], "127.0.0.1:80")).toBe(true);
  expect(own("localhost:80", [], "127.0.0.1:80")).toBe(true);
});

Deno.test("hostAllowed() refuses what a rebinding page or a confused client sends", () => {
  const refused = [
    null,
    "",
    "evil.example:8787",
    "evil.example",
    "localhost.evil.example:8787",
    "127.0.0.1.nip.io:8787",
    "localhost:8788",
    "localhost",
    "localhost.:8787",
    "localhost:8787@evil.example",
    "evil@localhost:8787",
    "localhost:8787/path",
    "localhost:8787 ",
    "localhost:08787",
    "localhost:",
    "localhost:8787:8787",
    "localhost:99999",
    "localhost,evil.example:8787",
    "127.0.0.2:8787",
    "127.1:8787",
    "2130706433:8787",
    "0x7f.0.0.1:8787",
    "0.0.0.0:8787",
    "[::]:8787",
    "[::1:8787",
    "::1:8787",
    "[::ffff:127.0.0.1]:8787",
    "[::1%25lo]:8787",
    "localhost\u212a:8787",
    "192.0.2.7:8787",
    "x".repeat(300) + ":8787",
  ];
  for (const host of refused) expect([host, own(host)]).toEqual([host, false]);
});

Deno.test("hostAllowed() takes the bound address, but not a wildcard", () => {
  expect(own("192.0.2.7:8787", [], "192.0.2.7:8787")).toBe(true);
  expect(own("[2001:db8::7]:8787", [], "[2001:db8::7]:8787")).toBe(true);
  expect(own("192.0.2.8:8787", [], "192.0.2.7:8787")).toBe(false);
  expect(own("0.0.0.0:8787", [], "0.0.0.0:8787")).toBe(false);
  expect(own("[::]:8787", [], "[::]:8787")).toBe(false);
  expect(own("localhost:8787", [], "0.0.0.0:8787")).toBe(true);
});

Deno.test("hostAllowed() takes configured names, with their port where they have one", () => {
  const extra = ["guard.example", "other.example:8443"];
  const cases: [string, boolean][] = [
    ["guard.example", true],
    ["guard.example:1", true],
    ["GUARD.example:8787", true],
    ["other.example:8443", true],
    ["other.example", false],
    ["other.example:8787", false],
    ["sub.guard.example", false],
    ["guard.example.evil", false],
  ];
  for (const [host, allowed] of cases) expect([host, own(host, extra)]).toEqual([host, allowed]);
});

Deno.test("originAllowed() takes no origin, loopback origins and configured ones", () => {
  for (
    const origin of [
      null,
      "http://localhost",
      "http://localhost:3000",
      "https://localhost:3000",
      "http://127.0.0.1:6274",
      "http://[::1]:6274",
      "https://app.example",
    ]
  ) {
    expect([origin, originAllowed(origin, ["https://app.example"])]).toEqual([origin, true]);
  }
});

Deno.test("originAllowed() refuses pages of others (WS-012)", () => {
  const refused = [
    "http://evil.example",
    "null",
    "",
    "http://localhost.evil.example",
    "http://localhost:8080@evil",
    "http://localhost:8080@evil.example",
    "http://localhost@evil.example",
    "http://evil.example#localhost",
    "http://evil.example/http://localhost",
    "http://localhost/",
    "http://localhost:3000/",
    "http://localhost:3000/path",
    "http://localhost:",
    "http://localhost:port",
    "http://localhost http://evil.example",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1:80.evil.example",
    "http://[::1].evil.example",
    "http://[::1",
    "http://",
    "localhost:3000",
    "//localhost",
    "file://",
    "chrome-extension://localhost",
    "ftp://localhost",
    "javascript://localhost",
    "http:localhost",
    "http:/localhost",
    "http:\\\\localhost",
    "HTTP//localhost",
    "https://app.example.evil",
    "https://sub.app.example",
    "http://app.example",
    "https://app.example:443",
    "https://app.example/",
  ];
  for (const origin of refused) {
    expect([origin, originAllowed(origin, ["https://app.example"])]).toEqual([origin, false]);
  }
});

Deno.test("originAllowed() never takes null, not even when configured", () => {
  expect(originAllowed("null", ["null"])).toBe(false);
});
