import { expect } from "expect";
import type { Identity } from "../../guard/mod.ts";
import type { Session } from "../session.ts";
import type { HttpChannel } from "./http_channel.ts";
import { type HttpSession, HttpSessions, mintId, ownerOf } from "./sessions.ts";

const alice: Identity = { id: "alice", roles: ["a", "b"], method: "api_key" };
const owner = ownerOf(alice);

/** A session as far as the registry looks at one. */
function entry(
  sessions: HttpSessions,
  id: string,
  state: { lastActive: number; inFlight?: number; inUse?: boolean; owner?: string },
): HttpSession {
  const session = {
    lastActive: state.lastActive,
    inFlight: state.inFlight ?? 0,
    close: () => sessions.remove(id),
  } as unknown as Session;
  const channel = { inUse: state.inUse ?? false, closed: false } as unknown as HttpChannel;
  const one = { id, owner: state.owner ?? owner, channel, session };
  sessions.add(one);
  return one;
}

Deno.test("ownerOf() tells identities apart by all that they are", () => {
  expect(ownerOf({ ...alice, roles: ["b", "a"] })).toBe(owner);
  for (
    const other of [
      { ...alice, id: "bob" },
      { ...alice, roles: ["a"] },
      { ...alice, method: "jwt" },
      { ...alice, id: 'alice","a', roles: ["b"] },
    ] as Identity[]
  ) expect(ownerOf(other)).not.toBe(owner);
});

Deno.test("mintId() gives 192 bits of visible ASCII, never the same", () => {
  const ids = Array.from({ length: 100 }, mintId);
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[\w-]{32}$/);
});

Deno.test("HttpSessions.find() gives a session to its owner alone (HTTP-009)", () => {
  const sessions = new HttpSessions(() => 2);
  const one = entry(sessions, "s1", { lastActive: 1 });
  expect(sessions.find("s1", owner)).toBe(one);
  expect(sessions.find("s1", ownerOf({ ...alice, id: "bob" }))).toBe("other");
  expect(sessions.find("s2", owner)).toBeUndefined();
  sessions.remove("s1");
  expect([sessions.find("s1", owner), sessions.size]).toEqual([undefined, 0]);
});

Deno.test("HttpSessions.makeRoom() ends the owner's own session that was silent for longest", () => {
  const sessions = new HttpSessions(() => 3);
  entry(sessions, "busy", { lastActive: 1, inFlight: 1 });
  entry(sessions, "listening", { lastActive: 2, inUse: true });
  entry(sessions, "of bob", { lastActive: 0, owner: "bob" });
  expect(sessions.makeRoom(owner)).toBe(true);
  expect(sessions.size).toBe(3);
  entry(sessions, "idle", { lastActive: 9 });
  expect(sessions.makeRoom(owner)).toBe(true);
  expect([sessions.find("idle", owner), sessions.size]).toEqual([undefined, 3]);
  entry(sessions, "also busy", { lastActive: 3, inFlight: 2 });
  expect(sessions.makeRoom(owner)).toBe(false);
  expect(sessions.makeRoom("bob")).toBe(true);
});
