import { expect } from "expect";
import type { Authenticator, GuardCore, Identity } from "../guard/mod.ts";
import { Standing } from "./standing.ts";

/** A standing whose clock and authenticator tests set by hand. */
function make(grant: Identity["grant"], method: Identity["method"] = "jwt"): {
  standing: Standing;
  clock: { now: () => number; monotonic: () => number };
  at: (ms: number) => void;
  swap: (stands?: (identity: Identity) => boolean) => void;
} {
  let now = 0;
  const ports = { authenticator: {} as Authenticator };
  const clock = { now: (): number => now, monotonic: (): number => 0 };
  const identity: Identity = { id: "alice", roles: [], method, ...(grant && { grant }) };
  const swap = (stands?: (identity: Identity) => boolean): void => {
    ports.authenticator = (stands === undefined ? {} : { stands }) as Authenticator;
  };
  swap();
  const desk = { guard: { ports } as unknown as GuardCore };
  return { standing: new Standing(desk, identity, clock), clock, at: (ms) => now = ms, swap };
}

const token = (until: number | undefined, key: string): Identity => ({
  ...{ id: "alice", roles: [], method: "jwt" },
  grant: { key, ...(until === undefined ? {} : { until }) },
});

Deno.test("Standing ends at the credential's time, to the millisecond", () => {
  const { standing, at } = make({ key: "k", until: 1000 });
  at(999);
  expect(standing.ended()).toBe(null);
  at(1000);
  expect(standing.ended()).toBe("auth.expired");
  const lasting = make({ key: "k" });
  lasting.at(8.64e15);
  expect(lasting.standing.ended()).toBe(null);
});

Deno.test("Standing goes on with a newer credential, and is not cut by an older one", () => {
  const { standing, at } = make({ key: "k", until: 1000 });
  standing.renew(token(500, "old"));
  standing.renew(token(2000, "new"));
  standing.renew(token(1500, "middle"));
  at(1999);
  expect(standing.ended()).toBe(null);
  at(2000);
  expect(standing.ended()).toBe("auth.expired");
});

Deno.test("Standing asks each new authenticator once, about the credential that counts now", () => {
  const { standing, swap } = make({ key: "first" });
  expect(standing.ended()).toBe(null);
  const asked: string[] = [];
  swap(({ grant }) => (asked.push(grant!.key), grant!.key === "second"));
  standing.renew(token(undefined, "second"));
  expect([standing.ended(), standing.ended()]).toEqual([null, null]);
  expect(asked).toEqual(["second"]);
  swap(() => false);
  expect(standing.ended()).toBe("auth.revoked");
  // It stays so however often it is asked.
  expect(standing.ended()).toBe("auth.revoked");
});

Deno.test("Standing leaves authenticators that cannot say, and pipes without credentials, alone", () => {
  const own = make({ key: "k" });
  own.swap();
  expect(own.standing.ended()).toBe(null);
  const pipe = make(undefined, "local");
  pipe.swap(() => false);
  expect(pipe.standing.ended()).toBe(null);
});
