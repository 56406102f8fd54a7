// MaskKeys: four bytes each, none given twice.

import { expect } from "expect";
import { MaskKeys } from "./mask_keys.ts";

Deno.test("MaskKeys gives out fresh keys of four bytes", () => {
  const keys = new MaskKeys();
  const seen = Array.from({ length: 1000 }, () => {
    const key = keys.next();
    expect(key.length).toBe(4);
    return key.toHex();
  });
  // Two of 1000 random keys are alike once in 8600 runs, three pairs never.
  expect(new Set(seen).size).toBeGreaterThan(997);
});
