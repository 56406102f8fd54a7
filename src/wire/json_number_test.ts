// Number tokens: where they end, which are safe, and their canonical spelling.

import { expect } from "expect";
import { canonicalNumber } from "./json_decimal.ts";
import { endOfNumber, isUnsafeNumber } from "./json_number.ts";

Deno.test("endOfNumber() finds the end of a token, or what is wrong with it", () => {
  const ends: [string, number][] = [
    ["0", 1],
    ["-0", 2],
    ["0.0", 3],
    ["10", 2],
    ["01", -2],
    ["0x1", -2],
    ["1a", -2],
    ["1}", 1],
    ["1\n", 1],
    ["1234567890,", 10],
    ["1e5]", 3],
    ["1E+05]", 5],
    ["-1.50e-7 ", 8],
    ["1.2.3", -4],
    ["1e5e5", -4],
    ["-", -2],
    ["--1", -2],
    ["-a", -2],
    ["1.", -3],
    ["1.e1", -3],
    ["1e", -3],
    ["1e-", -4],
    ["1e+-1", -4],
  ];
  expect(ends.map(([text]) => [text, endOfNumber(text, 0)])).toEqual(ends);
  expect(endOfNumber("[[12]]", 2)).toBe(4);
});

Deno.test("isUnsafeNumber() takes what survives a double", () => {
  const safe = [
    "0",
    "-0",
    "-0.0",
    "0e999999",
    "9007199254740991",
    "-9007199254740991",
    "9007199254740991.0",
    "90071992547409910e-1",
    "0.1",
    "0.1000000000000000055511151231257827",
    "123456789012.3456789",
    "123.456e-789",
    "1E22",
    "-123e65",
    "1.23456789012345e300",
    "0.000000000000000000001e40",
    "1.7976931348623e308",
  ];
  expect(safe.filter(isUnsafeNumber)).toEqual([]);
});

Deno.test("isUnsafeNumber() finds overflow and integers beyond 2^53-1 in every spelling", () => {
  const unsafe = [
    "9007199254740992",
    "-9007199254740992",
    "9007199254740993",
    "9007199254740993.0",
    "9007199254740993e0",
    "90071992547409930e-1",
    "9.007199254740993E15",
    "0.9007199254740993e16",
    "100000000000000000000",
    "10000000000000000e0",
    "1234567890123456e300",
    "1e309",
    "-1e400",
    "0.4e999999999999999999999999",
    "1.8e308",
  ];
  expect(unsafe.filter((raw) => !isUnsafeNumber(raw))).toEqual([]);
});

Deno.test("canonicalNumber() prints doubles as RFC 8785 appendix B does", () => {
  // IEEE 754 bits and their text; the appendix's NaN and Infinity are no JSON numbers.
  const samples: [string, string][] = [
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ];
  for (const [bits, text] of samples) {
    const double = new DataView(Uint8Array.fromHex(bits).buffer).getFloat64(0);
    expect(canonicalNumber(String(double))).toBe(text);
    // Other spellings of the same value lead to the same text.
    const [mantissa, power = "0"] = text.split("e");
    const shifted = `${mantissa}${mantissa!.includes(".") ? "" : ".0"}00E${Number(power)}`;
    expect(canonicalNumber(shifted)).toBe(text);
    // 17 digits name the double as well, where it has that many.
    const isFull = Math.abs(double) >= 2 ** -1022 && Math.abs(double) < 2 ** 53;
    if (isFull) expect(canonicalNumber(double.toPrecision(17))).toBe(text);
  }
});

Deno.test("canonicalNumber() prints one value in one way", () => {
  const equal: [string, string[]][] = [
    ["0", ["0", "-0", "0.0", "-0e5", "0E-99999999999999999999"]],
    ["1", ["1", "1.0", "1e0", "10E-1", "0.1e+1", "0.01e00002"]],
    ["100", ["100", "1e2", "1.00E+2"]],
    ["0.002", ["2e-3", "0.0020", "20e-4"]],
    ["333333333.3333333", ["333333333.33333329", "333333333.3333333"]],
    ["100000000000000000000", ["100000000000000000000", "1e20", "1E20"]],
    ["1e+30", ["1E30", "1000000000000000000000000000000", "0.1e31"]],
    ["9.007199254740993e+15", ["9007199254740993", "9007199254740993.0", "900719925474099.3e1"]],
    ["1e+400", ["1e400", "10e399", "0.001e403", "1" + "0".repeat(400)]],
    ["-1.23e-787", ["-123e-789", "-1.23e-787", "-0.0123e-785"]],
  ];
  for (const [text, spellings] of equal) {
    expect(spellings.map(canonicalNumber)).toEqual(spellings.map(() => text));
  }
});

Deno.test("canonicalNumber() keeps values apart that a double takes for one", () => {
  const groups = [
    ["9007199254740992", "9007199254740993", "9007199254740992.5", "9007199254740993e1"],
    ["9007199254740991", "9007199254740991.4", "9007199254740990.6"],
    ["1e400", "1e401", "-1e400", "2e400", "1.0000000000000000000001e400"],
    ["0", "1e-400", "-1e-400", "1e-401", "5e-324", "4e-324", "3e-324"],
    ["1", "1.00000000000000000001", "0.99999999999999999999"],
    ["0.1", "0.1000000000000000055511151231257827", "0.100000000000000005551115123125782"],
    ["1e9999999999999999", "1e10000000000000000", "1e10000000000000001"],
    ["1e23", "9.9999999999999999e22", "99999999999999991611392"],
  ];
  for (const group of groups) {
    const found = group.map(canonicalNumber);
    expect(new Set(found).size).toBe(group.length);
    expect(found.map(canonicalNumber)).toEqual(found); // A fixpoint.
  }
});

Deno.test("canonicalNumber() adds to exponents of any length", () => {
  const nines = "9".repeat(40);
  expect(canonicalNumber(`10e${nines}`)).toBe(`1e+1${"0".repeat(40)}`);
  expect(canonicalNumber(`0.1e1${"0".repeat(40)}`)).toBe(`1e+${nines}`);
  expect(canonicalNumber(`10e-1${"0".repeat(40)}`)).toBe(`1e-${nines}`);
  expect(canonicalNumber(`0.1e-${nines}`)).toBe(`1e-1${"0".repeat(40)}`);
  expect(canonicalNumber("0.1e1000000000000000")).toBe("1e+999999999999999");
  expect(canonicalNumber("10e999999999999999")).toBe("1e+1000000000000000");
  expect(canonicalNumber("100e+0001000000000000000000")).toBe("1e+1000000000000000002");
  expect(canonicalNumber("1234.5e12345678901234567")).toBe("1.2345e+12345678901234570");
  expect(canonicalNumber(`1e${"9".repeat(500_000)}`)).toBe(`1e+${"9".repeat(500_000)}`);
});
