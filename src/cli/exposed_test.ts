import { expect } from "expect";
import { parsePolicy } from "../policy/mod.ts";
import { UsageError } from "./exit.ts";
import { refuseExposed } from "./exposed.ts";

const open = parsePolicy("version: 1\n", "test.yaml");
const keyed = parsePolicy(
  "version: 1\nauth: {mode: api_key, allowed_keys: [a-key-that-is-long-enough-for-this]}\n",
  "test.yaml",
);

Deno.test("refuseExposed() wants a key, a word, or an address of this machine (PRC-007)", () => {
  for (
    const host of ["0.0.0.0", "::", "10.1.2.3", "127.evil.example", "127.0.0.1.example", "guard"]
  ) {
    expect(() => refuseExposed(open, host, false)).toThrow(UsageError);
    refuseExposed(open, host, true);
    refuseExposed(keyed, host, false);
  }
  for (const host of ["127.0.0.1", "127.8.0.1", "::1", "localhost"]) {
    refuseExposed(open, host, false);
  }
});
