import { expect } from "expect";
import { harness, inquiry } from "./guard_testkit.ts";
import type { AuditRecord, Inquiry, NameUse, UriUse } from "./types.ts";

const OPEN = "version: 1\n";
/** A key as GitHub makes them, put together so that no scanner takes this file for a leak. */
const SECRET = `ghp_${"Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2"}`;

const uri = (text: string, role: UriUse["role"] = "resource"): UriUse => ({
  ...{ uri: text, role, where: "params.uri" },
});
const prompt = (name: string): NameUse => ({ kind: "prompt", name, where: "params.name" });

async function recorded(
  uses: Partial<Inquiry>,
  policy: string = OPEN,
): Promise<Pick<AuditRecord, "resources" | "resourcesOmitted" | "prompts">> {
  const { guard, records } = harness({}, policy);
  await guard.decide({ ...inquiry(null), ...uses });
  const { resources, resourcesOmitted, prompts } = records[0]!;
  return {
    ...(resources === undefined ? {} : { resources }),
    ...(resourcesOmitted === undefined ? {} : { resourcesOmitted }),
    ...(prompts === undefined ? {} : { prompts }),
  };
}

Deno.test("a record names the resources and prompts of its message, canonical and once each", async () => {
  expect(await recorded({ uris: [uri("FILE:///a/../b.md"), uri("file:///b.md")] }))
    .toEqual({ resources: ["file:///b.md"] });
  expect(await recorded({ uris: [uri("file:///docs/{name}", "template")] }))
    .toEqual({ resources: ["file:///docs/{*}"] });
  expect(await recorded({ names: [prompt("greet"), prompt("greet")] }))
    .toEqual({ prompts: ["greet"] });
  // A refusal names what was refused; what has no meaning has no name.
  expect(await recorded({ uris: [uri("file:///x/.env")] }, `${OPEN}default: deny\n`))
    .toEqual({ resources: ["file:///x/.env"] });
  expect(await recorded({ uris: [uri("no uri")] })).toEqual({ resources: [] });
});

Deno.test("a record names nothing of arguments, and nothing at all where the policy says so", async () => {
  expect(await recorded({ uris: [uri("/home/alice/x", "argument")] })).toEqual({});
  const uses = { uris: [uri("file:///b.md")], names: [prompt("greet")] };
  expect(await recorded(uses, `${OPEN}logging: { resources: false }\n`)).toEqual({});
});

Deno.test("no secret of a URI stands in a record: not in queries, before hosts, or in paths", async () => {
  const { resources } = await recorded({
    uris: [
      uri(`https://h.example/a?token=${SECRET}#${SECRET}`),
      uri(`https://h.example/${SECRET}/b`),
      uri(`db://me:${SECRET}@h/main`),
      uri(`https://h.example/${SECRET}/{x}`, "template"),
    ],
  });
  expect(resources).toEqual([
    "https://h.example/a",
    "https://h.example/*/b",
    "db://*@h/main",
    "https://h.example/*/{*}",
  ]);
  const pii = { uris: [uri("bank://accounts/DE89370400440532013000")] };
  expect((await recorded(pii)).resources).toEqual(["bank://accounts/DE89370400440532013000"]);
  expect((await recorded(pii, `${OPEN}detect: { pii: { action: record } }\n`)).resources)
    .toEqual(["bank://accounts/*"]);
});

Deno.test("a record names sixteen resources and counts the others", async () => {
  const uris = Array.from({ length: 40 }, (_, i) => uri(`file:///${i}`));
  const { resources, resourcesOmitted } = await recorded({ uris });
  expect([resources!.length, resourcesOmitted]).toEqual([16, 24]);
});

Deno.test("the outcome's record names what else came back", async () => {
  const { guard, records } = harness({}, OPEN);
  const asked = { ...inquiry(null), uris: [uri("dir:///pub")] };
  const decision = await guard.decide(asked);
  await guard.outcome(decision, asked, { status: "ok", uris: [uri("dir:///pub")] });
  await guard.outcome(decision, asked, {
    status: "ok",
    uris: [uri("dir:///pub"), uri("file:///pub/a?x=1")],
  });
  expect(records.map((record) => record.resources)).toEqual([
    ["dir:///pub"],
    undefined,
    ["file:///pub/a"],
  ]);
});

Deno.test("of several servers a record names each one's own URIs", async () => {
  const policy =
    `${OPEN}upstreams: [{ name: one, target: "http://127.0.0.1:1/mcp" }, { name: two, target: "http://127.0.0.1:2/mcp" }]\n`;
  const { guard, records } = harness({}, policy);
  const asked = {
    ...inquiry(null),
    uris: [uri("file:///a")],
    context: { transport: "http", upstream: "two" },
  };
  const decision = await guard.decide(asked);
  await guard.outcome(decision, asked, { status: "ok", uris: [uri("file:///b")] });
  expect(records.map((r) => [r.resources, r.context?.upstream])).toEqual([
    [["file:///a"], "two"],
    [["file:///b"], "two"],
  ]);
});

Deno.test("a record and a refusal tell no secret that stands where a name belongs", async () => {
  const { guard, records } = harness({}, "version: 1\ntools: { deny: ['x/*'] }\n");
  const context = { transport: "test", requestId: SECRET };
  const about = { ...inquiry(`x/${SECRET}`), names: [prompt(SECRET)], context };
  about.names.push({ kind: "tool", name: `x/${SECRET}`, where: "params.name" });
  const denied = await guard.decide(about);
  expect(denied).toMatchObject({ allowed: false, reason: "ToolDenied" });
  const unknown = await guard.decide({ ...inquiry(null), method: SECRET, known: false });
  await guard.outcome(unknown, { ...inquiry(SECRET), context }, { status: "ok" });
  expect(unknown).toMatchObject({ allowed: false, reason: "MethodDenied" });
  expect(records[0]).toMatchObject({
    ...{ tool: "x/redacted_secret", prompts: ["redacted_secret"] },
    context: { requestId: "redacted_secret" },
  });
  expect(JSON.stringify([denied, unknown, records])).not.toContain(SECRET);
});
