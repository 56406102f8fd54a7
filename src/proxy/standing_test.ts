import { expect } from "expect";
import type { Authenticator, GuardCore, Identity } from "../guard/mod.ts";
import { Standing } from "./standing.ts";

/** A standing whose clock and authenticator tests set by hand. */
function make(grant: Identity["grant"], method: Identity["method"] = "jwt"): {
  standing: Standing;
  ended: () => string | null;
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
  const told: string[] = [];
  const guard = { ports } as unknown as GuardCore;
  const standing = new Standing({ guard, identity, clock }, (why) => told.push(why));
  const ended = (): string | null => {
    expect(standing.holds()).toBe(told.length === 0);
    expect(told.length).toBeLessThan(2);
    return told[0] ?? null;
  };
  return { standing, ended, at: (ms) => now = ms, swap };
}

const token = (until: number | undefined, key: string): Identity => ({
  ...{ id: "alice", roles: [], method: "jwt" },
  grant: { key, ...(until === undefined ? {} : { until }) },
});

Deno.test("Standing ends at the credential's time, to the millisecond", () => {
  const { ended, at } = make({ key: "k", until: 1000 });
  at(999);
  expect(ended()).toBe(null);
  at(1000);
  expect(ended()).toBe("auth.expired");
  const lasting = make({ key: "k" });
  lasting.at(8.64e15);
  expect(lasting.ended()).toBe(null);
});

Deno.test("Standing goes on with a newer credential, and is not cut by an older one", () => {
  const { standing, ended, at } = make({ key: "k", until: 1000 });
  standing.renew(token(500, "old"));
  standing.renew(token(2000, "new"));
  standing.renew(token(1500, "middle"));
  at(1999);
  expect(ended()).toBe(null);
  at(2000);
  expect(ended()).toBe("auth.expired");
});

Deno.test("Standing asks each new authenticator once, about the credential that counts now", () => {
  const { standing, ended, swap } = make({ key: "first" });
  expect(ended()).toBe(null);
  const asked: string[] = [];
  swap(({ grant }) => (asked.push(grant!.key), grant!.key === "second"));
  standing.renew(token(undefined, "second"));
  expect([ended(), ended()]).toEqual([null, null]);
  expect(asked).toEqual(["second"]);
  swap(() => false);
  expect(ended()).toBe("auth.revoked");
  // It stays so however often it is asked.
  expect(ended()).toBe("auth.revoked");
});

Deno.test("Standing leaves authenticators that cannot say, and pipes without credentials, alone", () => {
  const own = make({ key: "k" });
  own.swap();
  expect(own.ended()).toBe(null);
  const pipe = make(undefined, "local");
  pipe.swap(() => false);
  expect(pipe.ended()).toBe(null);
});
