// Whose calls a shared server works on, when more have been withdrawn than anybody remembers.

import { expect } from "expect";
import { JsonNumber } from "../../wire/mod.ts";
import { Calls } from "./calls.ts";
import { Member } from "./member.ts";

const member = (): Member =>
  new Member({
    ...{ send: () => true, waits: () => {}, left: () => {}, slow: () => {}, caughtUp: () => {} },
  }, () => 1000);

Deno.test("Calls: whom it has forgotten it does not take for nobody", () => {
  let now = 0;
  const calls = new Calls(() => now);
  const begin = (of: Member): ReturnType<Calls["add"]> =>
    calls.add({ member: of, id: "x", method: "tools/call", token: null, uri: null });
  const only = member();
  for (let i = 0; i < 5000; i++) calls.withdraw(begin(member()), 100);
  begin(only);
  expect(calls.working).toBe("several");
  now = 99;
  expect(calls.working).toBe("several");
  now = 101;
  expect(calls.working).toBe(only);
  calls.drain();
  expect(calls.working).toBe("nobody");
  expect(calls.size).toBe(0);
});

Deno.test("Calls: a subscription is no work, and an id is the guard's very spelling", () => {
  const calls = new Calls(() => 0);
  const one = member();
  const listen = { member: one, id: "x", method: "subscriptions/listen", token: null, uri: null };
  const { own } = calls.add(listen);
  expect(calls.working).toBe("nobody");
  for (const wrong of [String(own), own, null, undefined, new JsonNumber(`${own}.0`)]) {
    expect(calls.get(wrong)).toBeUndefined();
  }
  expect(calls.of(one, "x")?.own).toBe(own);
  expect(calls.of(member(), "x")).toBeUndefined();
  expect(calls.take(new JsonNumber(String(own)))?.own).toBe(own);
  expect(calls.all(one)).toEqual([]);
});
