import { expect } from "expect";
import fc from "fast-check";
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from "./ip.ts";

Deno.test("parseIPv4() reads every spelling of inet_aton, as URL does", () => {
  const part = fc.oneof(
    fc.integer({ min: 0, max: 300 }).map(String),
    fc.integer({ min: 0, max: 300 }).map((n) => "0x" + n.toString(16)),
    fc.integer({ min: 0, max: 300 }).map((n) => "0" + n.toString(8)),
    fc.integer({ min: 0, max: 2 ** 33 }).map(String),
  );
  fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
    const text = parts.join(".");
    const ours = parseIPv4(text);
    const theirs = URL.canParse(`http://${text}/`)
      ? new URL(`http://${text}/`).hostname
      : undefined;
    expect(typeof ours === "number" ? formatIPv4(ours) : ours).toBe(theirs);
  }));
});

Deno.test("parseIPv4() tells names from addresses", () => {
  expect(parseIPv4("a.example")).toBe(null);
  expect(parseIPv4("1.2.3.example")).toBe(null);
  expect(parseIPv4("a.1")).toBe(undefined);
  expect(parseIPv4("09")).toBe(undefined);
});

Deno.test("formatIPv6() writes the one form of RFC 5952, as URL does", () => {
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  fc.assert(fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
    const text = formatIPv6(groups);
    expect(new URL(`http://[${groups.map((g) => g.toString(16)).join(":")}]/`).hostname).toBe(
      `[${text}]`,
    );
    expect(parseIPv6(text)).toEqual(groups);
  }));
});

Deno.test("parseIPv6() takes what URL takes", () => {
  const piece = fc.constantFrom(
    "::",
    ":",
    "0",
    "1",
    "ffff",
    "12345",
    "g",
    "127.0.0.1",
    "1.2.3",
    "01.2.3.4",
    "%25a",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const text = pieces.join("");
      const theirs = URL.canParse(`http://[${text}]/`);
      expect([text, parseIPv6(text) !== null]).toEqual([text, theirs]);
    }),
    { numRuns: 2000 },
  );
});
