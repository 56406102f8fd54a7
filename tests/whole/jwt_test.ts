// Signed tokens with the real program and the official SDK's client: roles by claims, the way to the issuer, and a
// session that outlives its first token.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { expect } from "expect";
import { startSdkServer } from "../fixtures/sdk_server.ts";
import { startGuard } from "../kit/guard.ts";
import { ISSUER, Issuer, JwksServer, jwtAuth } from "../kit/issuer.ts";

const RESOURCE = "https://mcp.example/mcp";

/** A policy in which viewers may only add, and who has no role nothing. */
function policyFor(server: JwksServer, more = ""): string {
  return `version: 1
${
    jwtAuth(
      `jwks_url: "${server.url}"`,
      `, roles_claim: realm.roles, resource: "${RESOURCE}"${more}`,
    )
  }
tools: { deny: ["admin/*"] }
roles:
  viewer: { tools: { allow: ["calculator/add"] }, resources: { deny: ["file:///**"] } }
  editor: {}
  "*": { tools: { deny: ["*"] }, prompts: { deny: ["*"] }, resources: { deny: ["re:.*"] } }
`;
}

async function connect(origin: string, token: () => string): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  const transport = new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), {
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set("Authorization", `Bearer ${token()}`);
      return fetch(url, { ...init, headers });
    },
    reconnectionOptions: {
      ...{ maxRetries: 0, initialReconnectionDelay: 1, maxReconnectionDelay: 1 },
      reconnectionDelayGrowFactor: 1,
    },
  });
  await client.connect(transport as Transport);
  return client;
}

Deno.test("a token's roles decide what a client sees and may do", async () => {
  const issuer = await Issuer.create();
  await using keys = new JwksServer([issuer.jwk]);
  await using server = startSdkServer();
  await using guard = await startGuard(policyFor(keys), server.url);
  const as = async (...roles: string[]): Promise<Client> => {
    const token = await issuer.token({ claims: { realm: { roles } } });
    return await connect(guard.origin, () => token);
  };
  const names = async (client: Client): Promise<string[]> =>
    (await client.listTools()).tools.map((tool) => tool.name);
  const [viewer, editor, both, none] = await Promise.all([
    as("viewer"),
    as("editor"),
    as("viewer", "editor"),
    as(),
  ]);
  expect(await names(viewer)).toEqual(["calculator.add"]);
  expect(await names(none)).toEqual([]);
  const all = await names(editor);
  expect(all.length).toBeGreaterThan(1);
  expect(all).not.toContain("admin.echo-env");
  expect(await names(both)).toEqual(all);
  expect((await viewer.listResources()).resources).toEqual([]);
  expect((await editor.listResources()).resources.length).toBeGreaterThan(0);
  expect((await both.listResources()).resources).toEqual([]);
  const add = { name: "calculator.add", arguments: { a: 2, b: 3 } };
  expect(await viewer.callTool(add)).toMatchObject({ content: [{ text: "5" }] });
  const denied = await none.callTool(add);
  expect(denied.isError).toBe(true);
  expect(JSON.stringify(denied)).toContain("roles.*.tools.deny[0]");
  expect(server.calls).toEqual(["calculator.add"]);
  for (const client of [viewer, editor, both, none]) await client.close();
});

Deno.test("a client without a token is led to the issuer (RFC 9728)", async () => {
  const issuer = await Issuer.create();
  await using keys = new JwksServer([issuer.jwk]);
  await using server = startSdkServer();
  await using guard = await startGuard(policyFor(keys, ", scopes: [tools]"), server.url);
  const refused = await fetch(`${guard.origin}/mcp`, { method: "POST", body: "{}" });
  await refused.body?.cancel();
  expect(refused.status).toBe(401);
  expect(refused.headers.get("www-authenticate")).toBe(
    'Bearer realm="mcpguard", ' +
      'resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp", scope="tools"',
  );
  for (const path of ["", "/mcp"]) {
    const url = `${guard.origin}/.well-known/oauth-protected-resource${path}`;
    const reply = await fetch(url);
    expect(reply.headers.get("content-type")).toBe("application/json");
    expect(await reply.json()).toEqual({
      resource: RESOURCE,
      authorization_servers: [ISSUER],
      bearer_methods_supported: ["header"],
      scopes_supported: ["tools"],
    });
    const posted = await fetch(url, { method: "POST" });
    await posted.body?.cancel();
    expect(posted.status).toBe(405);
  }
});

Deno.test("a session goes on with a newer token of the same client, and no other", async () => {
  const issuer = await Issuer.create();
  await using keys = new JwksServer([issuer.jwk]);
  await using server = startSdkServer();
  await using guard = await startGuard(policyFor(keys, ", clock_skew_s: 0"), server.url);
  const roles = { realm: { roles: ["editor"] } };
  const end = Date.now() + 5000;
  let token = await issuer.token({ ttl: 5, claims: roles });
  const client = await connect(guard.origin, () => token);
  const add = { name: "calculator.add", arguments: { a: 2, b: 3 } };
  token = await issuer.token({ claims: roles });
  expect(await client.callTool(add)).toMatchObject({ content: [{ text: "5" }] });
  // Past the end of the first token; the guard looks at it several times a second.
  await new Promise((resolve) => setTimeout(resolve, end - Date.now() + 1200));
  expect(await client.callTool(add)).toMatchObject({ content: [{ text: "5" }] });
  // Fewer roles make somebody else, to whom the session does not belong.
  token = await issuer.token({ claims: { realm: { roles: ["viewer"] } } });
  await expect(client.callTool(add)).rejects.toThrow(/no such session/);
  await client.close();
});
