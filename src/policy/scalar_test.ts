import { expect } from "expect";
import { OddScalar, resolvePlain } from "./scalar.ts";

Deno.test("resolvePlain() reads JSON's words and decimals", () => {
  expect(resolvePlain("true")).toBe(true);
  expect(resolvePlain("false")).toBe(false);
  for (const text of ["", "~", "null", "Null", "NULL"]) expect(resolvePlain(text)).toBeNull();
  for (const text of ["0", "7", "-3", "1.0", "0.25", "1000000000"]) {
    expect(resolvePlain(text)).toBe(Number(text));
  }
  expect(Object.is(resolvePlain("-0"), 0)).toBe(true);
});

Deno.test("resolvePlain() leaves text alone", () => {
  for (
    const text of [
      "allow",
      "demo-key",
      "a:b",
      "env:X",
      "-",
      "--",
      ".env",
      "1a",
      "+x",
      "1-2",
      "v1.2",
    ]
  ) {
    expect(resolvePlain(text)).toBe(text);
  }
});

Deno.test("resolvePlain() takes nothing that YAML readers disagree about", () => {
  const odd = [
    ["yes", "No", "on", "OFF", "True", "FALSE"],
    ["0o17", "0x1f", "0b1", "-0x1F", "1_000", "010", "+1", "1.", ".5", "1_0.5"],
    ["1e3", "1.5E-3", ".5e3", "1e308", "1e400", "9".repeat(400)],
    [".nan", ".NaN", ".inf", "-.inf", "+.INF"],
    ["2020-01-01", "2020-1-1t12:00:00Z", "12:30", "1:30:00", "12:30.5"],
    ["<<", "="],
  ].flat();
  for (const text of odd) {
    const value = resolvePlain(text);
    expect([text, value instanceof OddScalar]).toEqual([text, true]);
    expect((value as OddScalar).text).toBe(text);
  }
});

Deno.test("resolvePlain() knows which boolean an odd word means", () => {
  expect((resolvePlain("on") as OddScalar).meant).toBe(true);
  expect((resolvePlain("NO") as OddScalar).meant).toBe(false);
  expect((resolvePlain("0o17") as OddScalar).meant).toBeUndefined();
});
