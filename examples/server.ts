// A minimal server to put a guard in front of: calculator.add and admin.echo-env over WebSocket,
// in MCP (JSON-RPC) and in the small frames. Run: deno run --allow-net --allow-env=USER examples/server.ts [PORT]

interface Tool {
  description: string;
  inputSchema: Record<string, unknown>;
  run(args: Record<string, unknown>): unknown;
}

const number = { type: "number" };

const TOOLS: Record<string, Tool> = {
  "calculator.add": {
    description: "Adds two numbers.",
    inputSchema: { type: "object", properties: { a: number, b: number }, required: ["a", "b"] },
    run: (args) => {
      if (typeof args.a !== "number" || typeof args.b !== "number") {
        throw new TypeError("a and b must be numbers");
      }
      return args.a + args.b;
    },
  },
  "admin.echo-env": {
    description: "Tells what the server's environment holds. A tool that a policy should deny.",
    inputSchema: { type: "object" },
    run: () => ({ USER: Deno.env.get("USER") ?? "unknown" }),
  },
};

/** Answers one MCP message, or null for a notification. */
function answerRpc(message: Record<string, unknown>): unknown {
  const { id, method } = message;
  if (id === undefined) return null;
  const params = (message.params ?? {}) as Record<string, unknown>;
  const reply = (result: unknown): unknown => ({ jsonrpc: "2.0", id, result });
  const refuse = (code: number, text: string): unknown => ({
    jsonrpc: "2.0",
    id,
    error: { code, message: text },
  });
  switch (method) {
    case "initialize":
      return reply({
        protocolVersion: params.protocolVersion ?? "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "mcpguard-example", version: "1.0.0" },
      });
    case "ping":
      return reply({});
    case "tools/list":
      return reply({
        tools: Object.entries(TOOLS).map(([name, tool]) => ({
          name,
          description: tool.description,
          inputSchema: tool.inputSchema,
        })),
      });
    case "tools/call": {
      const tool = TOOLS[String(params.name)];
      if (tool === undefined) return refuse(-32602, `Unknown tool: ${String(params.name)}`);
      try {
        const value = tool.run((params.arguments ?? {}) as Record<string, unknown>);
        return reply({ content: [{ type: "text", text: JSON.stringify(value) }] });
      } catch (error) {
        return reply({ content: [{ type: "text", text: String(error) }], isError: true });
      }
    }
    default:
      return refuse(-32601, "Method not found");
  }
}

/** Answers one small frame. */
function answerFrame(frame: Record<string, unknown>): unknown {
  const name = String(frame.tool);
  const tool = TOOLS[name];
  if (tool === undefined) {
    return { type: "error", error: "ToolNotFound", message: `no tool ${name}`, details: {} };
  }
  try {
    const result = tool.run((frame.args ?? {}) as Record<string, unknown>);
    return { type: "tool_result", tool: name, result };
  } catch (error) {
    return { type: "error", error: "ToolFailed", message: String(error), details: {} };
  }
}

/**
 * Starts the server.
 *
 * @param port The port on 127.0.0.1, 0 for any free one.
 * @returns The running server; `addr.port` is the port in use.
 */
export function startServer(port: number): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return new Response("an MCP server: connect by WebSocket\n", { status: 426 });
    }
    const offered = request.headers.get("sec-websocket-protocol") !== null;
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      offered ? { protocol: "mcp" } : {},
    );
    socket.onmessage = (event) => {
      let message: Record<string, unknown>;
      try {
        message = Object(JSON.parse(String(event.data)));
      } catch {
        return socket.close(1007, "not JSON");
      }
      const answer = message.type === "tool_call" ? answerFrame(message) : answerRpc(message);
      if (answer !== null) socket.send(JSON.stringify(answer));
    };
    return response;
  });
}

if (import.meta.main) {
  const server = startServer(Number(Deno.args[0] ?? 9000));
  console.log(`example MCP server on ws://127.0.0.1:${server.addr.port}`);
}
