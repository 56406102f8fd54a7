import { expect } from "expect";
import { addressGroup, FailureLimiter } from "./failures.ts";

function manualClock(): { now(): number; monotonic(): number; at: number } {
  return {
    at: 0,
    now(): number {
      return 0;
    },
    monotonic(): number {
      return this.at;
    },
  };
}

Deno.test("FailureLimiter slows an address beyond its burst and forgives with time", () => {
  const clock = manualClock();
  const limiter = new FailureLimiter(clock, { burst: 3, perSec: 2 });
  expect([1, 2, 3, 4].map(() => limiter.fail("192.0.2.1"))).toEqual([0, 0, 0, 500]);
  expect(limiter.fail("192.0.2.2")).toBe(0);
  clock.at = 250;
  expect(limiter.fail("192.0.2.1")).toBe(250);
  clock.at = 500;
  expect(limiter.fail("192.0.2.1")).toBe(0);
  expect(limiter.fail("192.0.2.1")).toBe(500);
  clock.at = 60_000;
  expect([1, 2, 3, 4].map(() => limiter.fail("192.0.2.1"))).toEqual([0, 0, 0, 500]);
});

Deno.test("FailureLimiter takes a /64 for one party and an IPv4 address for another", () => {
  const limiter = new FailureLimiter(manualClock(), { burst: 1, perSec: 1 });
  expect(limiter.fail("2001:db8:0:1::1")).toBe(0);
  expect(limiter.fail("2001:db8:0:1:ffff::2")).toBe(1000);
  expect(limiter.fail("2001:db8:0:2::1")).toBe(0);
  expect(limiter.fail("192.0.2.1")).toBe(0);
  expect(limiter.fail("::ffff:192.0.2.1")).toBe(1000);
  expect(limiter.fail("::ffff:192.0.2.2")).toBe(0);
});

Deno.test("FailureLimiter remembers a bounded number of addresses, the last ones", () => {
  const limiter = new FailureLimiter(manualClock(), { burst: 1, addresses: 100 });
  limiter.fail("192.0.2.1");
  for (let i = 0; i < 5000; i++) {
    limiter.fail(`10.0.${i >> 8}.${i & 255}`);
    // An address that goes on failing stays remembered.
    expect(limiter.fail("192.0.2.1")).toBe(1000);
  }
  expect(limiter.size).toBe(100);
});

Deno.test("addressGroup() reads the forms of RFC 4291", () => {
  const groups: [string, string][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8::1", "2001:db8:0:0::/64"],
    ["[2001:db8::1]", "2001:db8:0:0::/64"],
    ["2001:0db8:0000:0000:1:2:3:4", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["1:2:3:4:5:6:192.0.2.1", "1:2:3:4::/64"],
    ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
    // No addresses: each stands for itself.
    ["1::2::3", "1::2::3"],
    ["1:2:3", "1:2:3"],
    ["1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:9"],
    ["1:2:3:4::5:6:7:8", "1:2:3:4::5:6:7:8"],
    ["::ffff:192.0.2.256", "::ffff:192.0.2.256"],
    ["::1.2.3.4:5", "::1.2.3.4:5"],
    ["unix:/run/x", "unix:/run/x"],
    ["", ""],
    ["x".repeat(1000), "x".repeat(64)],
  ];
  for (const [address, group] of groups) {
    expect([address, addressGroup(address)]).toEqual([address, group]);
  }
});
