import { expect } from "expect";
import { inspectResult, JsonObject, methodSpec, parseJson, toPlain } from "../wire/mod.ts";
import { harness, inquiry } from "./guard_testkit.ts";
import type { Decision, Identity, Inquiry } from "./types.ts";

const POLICY = `
version: 1
tools: { allow: ["files/*", "admin/reset"], deny: ["files/delete"] }
resources: { allow: ["file:///data/**", "http://10.0.0.1/**"] }
roles:
  viewer:
    tools: { allow: ["files/read", "files/delete", "shell"] }
    resources: { allow: ["file:///data/pub/**"] }
    prompts: { deny: [secret] }
  editor:
    tools: { allow: ["files/*"], deny: ["files/purge"] }
  auditor:
    tools: { deny: ["files/write"] }
  "*":
    tools: { allow: ["files/list"] }
`;

function who(...roles: string[]): Identity {
  return { id: "bob", roles, method: "api_key" };
}

function calls(
  policy = POLICY,
): {
  tool: (name: string, roles: string[]) => Decision;
  read: (uri: string, roles: string[]) => Decision;
} {
  const { guard } = harness({}, policy);
  return {
    tool: (name, roles) => guard.evaluate({ ...inquiry(name), identity: who(...roles) }),
    read: (uri, roles) =>
      guard.evaluate({
        ...inquiry(null),
        identity: who(...roles),
        uris: [{ uri, role: "resource", where: "params.uri" }],
      } as Inquiry),
  };
}

Deno.test("roles narrow what the policy allows, and never widen it", () => {
  const { tool } = calls();
  expect(tool("files.read", ["viewer"]).allowed).toBe(true);
  const denied = tool("files.write", ["viewer"]);
  expect([denied.allowed, denied.reason, denied.rule]).toEqual([
    ...[false, "ToolDenied", "roles.viewer.tools.allow"],
  ]);
  expect(denied.message).toContain("is not in roles.viewer.tools.allow");
  // What the policy itself denies, or does not allow, no role gives.
  expect(tool("files.delete", ["viewer"]).rule).toBe("tools.deny[0]");
  expect(tool("shell", ["viewer"]).rule).toBe("tools.allow");
});

Deno.test("roles together allow what one of them allows, unless one of them denies", () => {
  const { tool } = calls();
  expect(tool("files.write", ["editor"]).allowed).toBe(true);
  expect(tool("files.write", ["viewer", "editor"]).allowed).toBe(true);
  expect(tool("files.write", ["editor", "auditor"]).rule).toBe("roles.auditor.tools.deny[0]");
  expect(tool("FILES__WRITE", ["editor", "auditor"]).allowed).toBe(false);
  expect(tool("files.purge", ["viewer", "editor"]).rule).toBe("roles.editor.tools.deny[0]");
  // A role that lists nothing allows all that the policy does.
  expect(tool("admin.reset", ["viewer", "auditor"]).allowed).toBe(true);
  expect(tool("admin.reset", ["viewer", "editor"]).rule).toBe("roles.viewer.tools.allow");
});

Deno.test("odd names are the policy's to allow: a role without a list leaves them alone", () => {
  const odd = "odd name";
  const { tool } = calls(`
version: 1
tools: { allow: ["${odd}", files] }
roles: { one: { tools: { allow: [files] } }, all: {}, same: { tools: { allow: ["${odd}"] } } }
`);
  expect(tool(odd, []).allowed).toBe(true);
  expect(tool(odd, ["one"]).rule).toBe("names.invalid");
  for (const roles of [["all"], ["same"], ["one", "all"], ["one", "same"]]) {
    expect([roles, tool(odd, roles).allowed]).toEqual([roles, true]);
  }
  expect(tool("odder name", ["all"]).allowed).toBe(false);
});

Deno.test("the entry * is for callers none of whose roles has one", () => {
  const { tool } = calls();
  for (const roles of [[], ["stranger"], ["*"], ["Viewer"]]) {
    expect([roles, tool("files.list", roles).allowed]).toEqual([roles, true]);
    expect([roles, tool("files.read", roles).rule]).toEqual([roles, "roles.*.tools.allow"]);
  }
  expect(tool("files.read", ["stranger", "viewer"]).allowed).toBe(true);
  const open = calls(POLICY.slice(0, POLICY.indexOf('  "*"')));
  expect(open.tool("files.read", ["stranger"]).allowed).toBe(true);
});

Deno.test("roles narrow resources by their canonical form, and leave private hosts to the policy", () => {
  const { read } = calls();
  expect(read("file:///data/pub/a", ["viewer"]).allowed).toBe(true);
  expect(read("file:///data/pub/../a", ["viewer"]).rule).toBe("roles.viewer.resources.allow");
  expect(read("http://10.0.0.1/a", ["editor"]).allowed).toBe(true);
  expect(read("http://10.0.0.1/a", ["viewer"]).allowed).toBe(false);
  expect(read("http://10.0.0.1/a", ["viewer", "editor"]).allowed).toBe(true);
  expect(read("http://10.0.0.2/a", ["editor"]).rule).toBe("resources.private_address");
});

Deno.test("a role's deny list judges what tool arguments name", () => {
  const { guard } = harness(
    {},
    `version: 1\nroles: {viewer: {resources: {deny: ["file:///priv/**"]}}}\n`,
  );
  const ask = (...roles: string[]): Decision =>
    guard.evaluate({
      ...inquiry("read"),
      identity: who(...roles),
      uris: [{ uri: "/priv/x", role: "argument", where: "params.arguments.path" }],
    } as Inquiry);
  expect(ask().allowed).toBe(true);
  expect(ask("viewer").rule).toBe("roles.viewer.resources.deny[0]");
});

Deno.test("lists and results are narrowed for whom they are", async () => {
  const { guard } = harness({}, POLICY);
  const screen = async (method: string, text: string, ...roles: string[]): Promise<JsonObject> => {
    const result = parseJson(text) as JsonObject;
    const spec = methodSpec(method, "c2s", "request")!;
    const { refusal } = await guard.screen({
      ...{ identity: who(...roles), direction: "s2c", method, tool: null },
      root: result,
      uses: inspectResult(spec, new JsonObject(), result),
      declared: method === "resources/read",
      context: { transport: "test" },
    });
    if (refusal !== null) throw new Error(refusal.rule);
    return result;
  };
  const tools = '{"tools":[{"name":"files.read"},{"name":"files.write"},{"name":"files.list"}]}';
  const names = async (...roles: string[]): Promise<string[]> =>
    (toPlain(await screen("tools/list", tools, ...roles)) as { tools: { name: string }[] })
      .tools.map((one) => one.name);
  expect(await names("viewer")).toEqual(["files.read"]);
  expect(await names("editor")).toEqual(["files.read", "files.write", "files.list"]);
  expect(await names()).toEqual(["files.list"]);
  const content = '{"contents":[{"uri":"file:///data/priv","text":"x"}]}';
  await screen("resources/read", content, "editor");
  await expect(screen("resources/read", content, "viewer")).rejects.toThrow(
    "roles.viewer.resources.allow",
  );
  expect(guard.permits("tool", "files.write", who("viewer"))).toBe(false);
  expect(guard.permits("prompt", "secret", who("viewer"))).toBe(false);
  expect(guard.permits("prompt", "secret", who("editor"))).toBe(true);
});

Deno.test("an explanation shows the stage of the roles", () => {
  const { tool } = calls();
  const stage = (name: string, ...roles: string[]): unknown =>
    tool(name, roles).stages?.find((s) => s.stage === "roles");
  expect(stage("files.read", "viewer", "auditor")).toMatchObject({
    verdict: "pass",
    detail: "allowed by the lists of viewer, auditor",
  });
  expect(stage("files.write", "viewer")).toMatchObject({ verdict: "deny" });
});
