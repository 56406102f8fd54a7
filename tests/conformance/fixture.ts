// The server that the official conformance suite is run against, as a process of its own, on the official SDK v2:
// sessions of the legacy era and the stateless modern era at one address, which it prints.

import {
  createMcpHandler,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  type McpHttpHandler,
  McpServer,
  originValidationResponse,
  WebStandardStreamableHTTPServerTransport,
} from "npm:@modelcontextprotocol/server@2.4.0";
import { registerAsking, stateCodec } from "./fixture_asking.ts";
import { registerContent } from "./fixture_content.ts";
import { MemoryEvents } from "./fixture_events.ts";
import { registerTools } from "./fixture_tools.ts";

/** Time after which a client whose stream was closed comes back, ms. */
const RETRY_MS = 50;

function build(modern: McpHttpHandler | null): McpServer {
  const server = new McpServer(
    { name: "conformance-fixture", version: "1.0.0" },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        ...(modern === null ? { logging: {} } : {}),
      },
      requestState: { verify: stateCodec.verify },
    },
  );
  registerTools(server, {
    toolsChanged: () =>
      modern === null ? server.sendToolListChanged() : modern.notify.toolsChanged(),
    promptsChanged: () =>
      modern === null ? server.sendPromptListChanged() : modern.notify.promptsChanged(),
  });
  registerAsking(server);
  registerContent(server, modern === null);
  return server;
}

const modern: McpHttpHandler = createMcpHandler(() => build(modern), { legacy: "reject" });
const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

async function legacy(request: Request): Promise<Response> {
  const id = request.headers.get("mcp-session-id");
  const known = id === null ? undefined : sessions.get(id);
  if (known !== undefined) return await known.handleRequest(request);
  if (id !== null) return Response.json({ error: "Session not found" }, { status: 404 });
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => crypto.randomUUID(),
    onsessioninitialized: (fresh) => void sessions.set(fresh, transport),
    onsessionclosed: (old) => void sessions.delete(old),
    eventStore: new MemoryEvents(),
    retryInterval: RETRY_MS,
  });
  await build(null).connect(transport);
  return await transport.handleRequest(request);
}

async function serve(request: Request): Promise<Response> {
  const names = localhostAllowedHostnames();
  const refused = hostHeaderValidationResponse(request, names) ??
    originValidationResponse(request, names);
  if (refused !== undefined) {
    console.log(`refused ${request.headers.get("host")}`);
    return refused;
  }
  return await isLegacyRequest(request.clone())
    ? await legacy(request)
    : await modern.fetch(request);
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`listening on http://127.0.0.1:${port}/mcp`),
}, serve);
