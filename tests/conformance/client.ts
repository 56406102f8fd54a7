// The client that the official suite's client scenarios test: the SDK's v2 client, doing what each scenario asks for.
// Arguments: the server's address. The suite says in the environment which scenario it is and what belongs to it.

import { Client, StreamableHTTPClientTransport } from "npm:@modelcontextprotocol/client@2.4.0";

const url = Deno.args.at(-1)!;
const scenario = Deno.env.get("MCP_CONFORMANCE_SCENARIO") ?? "";
const modern = Deno.env.get("MCP_CONFORMANCE_PROTOCOL_VERSION") === "2026-07-28";
const context = JSON.parse(Deno.env.get("MCP_CONFORMANCE_CONTEXT") ?? "{}") as {
  toolCalls?: { name: string; arguments: Record<string, unknown> }[];
};

const client = new Client({ name: "mcpguard-conformance", version: "1" }, {
  ...(modern ? { versionNegotiation: { mode: "auto" as const } } : {}),
  capabilities: { sampling: {}, elicitation: { form: { applyDefaults: true } }, roots: {} },
});
client.setRequestHandler("elicitation/create", () => ({
  action: "accept",
  content: scenario.startsWith("sep-2322") ? { confirmed: true } : {},
}));

await client.connect(new StreamableHTTPClientTransport(new URL(url)));
const call = (name: string, args: Record<string, unknown> = {}): Promise<unknown> =>
  client.callTool({ name, arguments: args });

/** What each scenario wants to see; all others want a list of the tools. */
const STEPS: Readonly<Record<string, () => Promise<unknown>>> = {
  initialize: () => Promise.resolve(),
  tools_call: async () => {
    const { tools } = await client.listTools();
    await call(tools[0]!.name, { a: 5, b: 3 });
  },
  "elicitation-sep1034-client-defaults": () => call("test_client_elicitation_defaults"),
  "sse-retry": () => call("test_reconnection"),
  "sep-2322-client-request-state": async () => {
    await client.listTools();
    await Promise.all([call("test_mrtr_echo_state"), call("test_mrtr_unrelated")]);
    await call("test_mrtr_no_state");
    // This client refuses a result without a type; what counts is that it does not ask again.
    await call("test_mrtr_no_result_type").catch(() => {});
  },
  "http-standard-headers": async () => {
    const { tools } = await client.listTools();
    for (const { name } of tools) await call(name);
    const { resources } = await client.listResources();
    for (const { uri } of resources) await client.readResource({ uri });
    const { prompts } = await client.listPrompts();
    for (const { name } of prompts) await client.getPrompt({ name });
  },
  "http-custom-headers": async () => {
    await client.listTools();
    for (const { name, arguments: args } of context.toolCalls ?? []) await call(name, args);
  },
  "http-invalid-tool-headers": async () => {
    const { tools } = await client.listTools();
    for (const { name } of tools) await call(name, { region: "r" });
  },
  "json-schema-2020-12-preservation": async () => {
    const { tools } = await client.listTools();
    const focal = tools.find(({ name }) => name !== "json_schema_echo");
    await call("json_schema_echo", { schema: focal?.inputSchema });
  },
};

try {
  await (STEPS[scenario] ?? ((): Promise<unknown> => client.listTools()))();
} finally {
  await client.close();
}
