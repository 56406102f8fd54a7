// Whose a name or URI is, for each door of the guard: the wire, a client's path, small frames, check and the library.

import { expect } from "expect";
import { harness, inquiry } from "./guard_testkit.ts";
import { JsonObject, writeJson } from "../wire/mod.ts";
import type { PinKind } from "./pins.ts";
import { pinName, pinnedAs, place } from "./place.ts";
import type { Inquiry } from "./types.ts";

const POLICY = `
version: 1
upstreams:
  - { name: github, command: [x], tools: { deny: [drop] } }
  - { name: files, command: [x], resources: { deny: ["file:///priv/**"] } }
rate_limit: { capacity: 2, refill_rate_per_sec: 0, overrides: [{ tools: ["github__*"], capacity: 1, refill_rate_per_sec: 0 }] }
`;
const { guard } = harness({}, POLICY);

function placed(change: Partial<Inquiry>): Inquiry {
  const one = { ...inquiry("github__x"), ...change };
  place(guard.policy, one);
  return one;
}

Deno.test("place() says whose a call is, once", () => {
  const one = placed({ context: { transport: "websocket" } });
  expect(one).toMatchObject({
    tool: "github/x",
    upstream: "github",
    names: [{ name: "github/x", upstream: "github" }],
    context: { upstream: "github" },
  });
  place(guard.policy, one);
  expect(one.tool).toBe("github/x");
});

Deno.test("place() knows names of one server on that server's path, whatever they look like", () => {
  const names = [{ kind: "tool" as const, name: "github__x", where: "params.name" }];
  expect(placed({ names, context: { transport: "http", upstream: "files" } })).toMatchObject({
    tool: "files/github__x",
    upstream: "files",
  });
});

Deno.test("place() leaves a name that is nobody's as it is, and the lists refuse it", async () => {
  for (const name of ["x", "gitlab__x", "github/x", "GITHUB__x", "github__", "__x", "github_x"]) {
    const names = [{ kind: "tool" as const, name, where: "params.name" }];
    expect(placed({ tool: name, names })).toMatchObject({ upstream: null, tool: name });
    const decision = await guard.decide({ ...inquiry(name), names });
    expect([name, decision.allowed, decision.rule]).toEqual([name, false, "upstreams.unknown"]);
  }
});

Deno.test("place() takes the server off a URI, and writes the canonical one back with it", () => {
  let written = "";
  const uris = [{
    uri: "files+FILE:///a/../b",
    role: "resource" as const,
    where: "params.uri",
    rewrite: (text: string): void => void (written = text),
  }];
  const one = placed({ tool: null, names: [], uris, method: "resources/read" });
  expect(one).toMatchObject({ upstream: "files", uris: [{ uri: "FILE:///a/../b" }] });
  one.uris[0]!.rewrite!("file:///b");
  expect(written).toBe("files+file:///b");
});

Deno.test("a message that names two servers is judged by the lists of each", async () => {
  const uris = ["files+file:///priv/x", "github+file:///priv/x"].map((uri) => ({
    uri,
    role: "resource" as const,
    where: "params.notifications",
  }));
  const one = { ...inquiry(null), method: "subscriptions/listen", uris };
  const decision = await guard.decide(one);
  expect([decision.rule, one.upstream]).toEqual(["upstreams.files.resources.deny[0]", null]);
});

Deno.test("check and the library take every spelling; URIs are the tool's own server's", async () => {
  for (const tool of ["files/read", "files.read", "files:read", "files__read"]) {
    const asked = { tool, resources: ["file:///priv/x"] };
    expect(guard.explain(asked).rule).toBe("upstreams.files.resources.deny[0]");
    expect(guard.explain({ ...asked, tool: tool.replace("files", "github") }).allowed).toBe(true);
  }
  expect((await guard.check({ tool: "github.Drop" })).rule).toBe("upstreams.github.tools.deny[0]");
  expect(guard.explain({ tool: "read" }).rule).toBe("upstreams.unknown");
});

Deno.test("every spelling of a tool counts in one bucket, of the size that its pattern says", async () => {
  const { guard, limiter } = harness({}, POLICY);
  for (const tool of ["github/x", "github__x"]) await guard.check({ tool });
  expect(limiter.keys.map(({ tool, capacity }) => [tool, capacity])).toEqual([["github_x", 1]]);
});

Deno.test("without several servers a name is what it is", () => {
  const one = inquiry("github__x");
  place(harness().guard.policy, one);
  expect([one.tool, one.upstream]).toEqual(["github__x", null]);
});

Deno.test("pinnedAs() names a pin alike, whether its server is reached alone or among others", () => {
  const entry = (key: string, name: string): JsonObject =>
    new JsonObject([key, "description"], [name, "d"]);
  const pin = (kind: PinKind, key: string, name: string, route?: string): unknown => {
    const pinned = pinnedAs(guard.policy, kind, key, entry(key, name), route);
    return pinned === null ? null : [pinned.name, writeJson(pinned.definition)];
  };
  const tool = ["github/a__b", '{"name":"a__b","description":"d"}'];
  expect(pin("tool", "name", "github__a__b")).toEqual(tool);
  expect(pin("tool", "name", "a__b", "github")).toEqual(tool);
  const template = ["files+file:///{x}", '{"uriTemplate":"file:///{x}","description":"d"}'];
  expect(pin("template", "uriTemplate", "files+file:///{x}")).toEqual(template);
  expect(pin("template", "uriTemplate", "file:///{x}", "files")).toEqual(template);
  expect(pin("tool", "name", "a")).toBe(null);
  expect(pinName("instructions", "", "github")).toBe("github");
});

Deno.test("roles narrow several servers' tools by server/name, in calls and in lists", async () => {
  const { guard } = harness(
    {},
    `version: 1
upstreams: [{ name: a, command: [x] }, { name: b, command: [x] }]
roles: { dev: { tools: { allow: ["a/*"] }, resources: { deny: ["file:///b/**"] } } }
`,
  );
  const identity = { id: "bob", roles: ["dev"], method: "local" as const };
  const rule = async (name: string): Promise<string | null> =>
    (await guard.decide({
      ...inquiry(name),
      identity,
      names: [{ kind: "tool", name, where: "params.name" }],
    })).rule;
  expect([await rule("a__x"), await rule("b__x")]).toEqual([null, "roles.dev.tools.allow"]);
  const shown = async (kind: "tool" | "resource", names: string[]): Promise<unknown> => {
    const key = kind === "tool" ? "name" : "uri";
    const items = names.map((name) => new JsonObject([key], [name]));
    const marks = [...items, null].map(() => 0);
    const lists = [{ kind, key, items, where: "result", marks }];
    await guard.screen({
      ...{ identity, direction: "s2c", method: "x", tool: null, declared: false, root: null },
      uses: { tool: null, names: [], uris: [], texts: [], lists },
      context: { transport: "x" },
    });
    return items.map((item) => item.get(key));
  };
  expect(await shown("tool", ["a__x", "b__x", "x"])).toEqual(["a__x"]);
  expect(await shown("resource", ["a+file:///a/x", "b+file:///b/x", "file:///a/x"]))
    .toEqual(["a+file:///a/x"]);
});
