import { expect } from "expect";
import { createHash } from "node:crypto";
import { keyDigest } from "./digest.ts";
import { fingerprint } from "./fingerprint.ts";
import { freshKey } from "./fresh.ts";
import { isKeyText } from "./keyring.ts";

Deno.test("freshKey() makes a new key each time, with its own digest", () => {
  const keys = Array.from({ length: 100 }, freshKey);
  expect(new Set(keys.map((k) => k.key)).size).toBe(100);
  for (const { key, sha256 } of keys) {
    expect(key).toMatch(/^mcpg_[A-Za-z0-9_-]{43}$/);
    expect(isKeyText(key)).toBe(true);
    expect(sha256).toBe(`sha256:${createHash("sha256").update(key).digest("hex")}`);
  }
});

Deno.test("freshKey() spends all 256 bits: every byte position varies", () => {
  const seen = Array.from({ length: 32 }, () => new Set<number>());
  for (let i = 0; i < 64; i++) {
    const bytes = Uint8Array.fromBase64(freshKey().key.slice(5), { alphabet: "base64url" });
    expect(bytes.length).toBe(32);
    bytes.forEach((byte, at) => seen[at]!.add(byte));
  }
  // 64 draws from 256 values give fewer than 16 different ones with a probability far below 2^-128.
  for (const values of seen) expect(values.size).toBeGreaterThan(16);
});

Deno.test("fingerprint() is the first 32 bits of the digest and not part of the key", () => {
  expect(fingerprint("demo-key")).toBe("key:c48a01f4");
  expect(keyDigest("demo-key").startsWith("c48a01f4")).toBe(true);
  // NIST FIPS 180-4, "abc".
  expect(keyDigest("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
