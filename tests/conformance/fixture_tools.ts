// The fixture's tools that answer, log, report progress and change lists: the names and contents are those that the
// conformance suite's scenarios state.

import {
  type CallToolResult,
  fromJsonSchema,
  type McpServer,
  type ServerContext,
} from "npm:@modelcontextprotocol/server@2.4.0";
import { PNG, WAV } from "./fixture_media.ts";

/** How a tool says that a list has changed. */
export interface Changes {
  /** The list of tools. */
  toolsChanged(): void;
  /** The list of prompts. */
  promptsChanged(): void;
}

/** Time between two notifications of one call, ms. */
const STEP_MS = 50;

/** A schema with all that JSON Schema 2020-12 brought, which must come out of `tools/list` as it went in. */
const RICH_SCHEMA: object = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

/** An argument that is to be repeated in a header. */
const HEADER_SCHEMA: object = {
  type: "object",
  properties: {
    region: { type: "string", "x-mcp-header": "Region" },
    query: { type: "string" },
  },
  required: ["region"],
};

/** @returns A result of one text. */
export function text(said: string): CallToolResult {
  return { content: [{ type: "text", text: said }] };
}

const step = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, STEP_MS));

function registerContents(server: McpServer): void {
  const answers = (name: string, description: string, content: CallToolResult["content"]): void => {
    server.registerTool(name, { description }, () => ({ content }));
  };
  const image = { type: "image" as const, data: PNG, mimeType: "image/png" };
  answers("test_simple_text", "A text", [
    { type: "text", text: "This is a simple text response for testing." },
  ]);
  answers("test_image_content", "An image", [image]);
  answers("test_audio_content", "A sound", [{ type: "audio", data: WAV, mimeType: "audio/wav" }]);
  answers("test_embedded_resource", "A resource", [{
    type: "resource",
    resource: {
      uri: "test://embedded-resource",
      mimeType: "text/plain",
      text: "This is an embedded resource content.",
    },
  }]);
  answers("test_multiple_content_types", "A text, an image and a resource", [
    { type: "text", text: "Multiple content types test:" },
    image,
    {
      type: "resource",
      resource: {
        uri: "test://mixed-content-resource",
        mimeType: "application/json",
        text: '{"test":"data","value":123}',
      },
    },
  ]);
}

async function progress(ctx: ServerContext): Promise<CallToolResult> {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  for (const done of [0, 50, 100]) {
    if (done > 0) await step();
    if (progressToken === undefined) continue;
    await ctx.mcpReq.notify({
      method: "notifications/progress",
      params: { progressToken, progress: done, total: 100, message: `${done} of 100` },
    });
  }
  return text("Done");
}

/** Registers the tools that need nothing from the client. */
export function registerTools(server: McpServer, changes: Changes): void {
  registerContents(server);
  server.registerTool("test_error_handling", { description: "Always fails" }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  server.registerTool("test_tool_with_logging", { description: "Logs" }, async (ctx) => {
    const said = ["Tool execution started", "Tool processing data", "Tool execution completed"];
    for (const [i, data] of said.entries()) {
      if (i > 0) await step();
      await ctx.mcpReq.log("info", data);
    }
    return text("Logged three messages");
  });
  server.registerTool("test_logging_tool", { description: "Logs once" }, async (ctx) => {
    await ctx.mcpReq.log("info", "Only for those who asked for it");
    return text("Logged");
  });
  server.registerTool("test_tool_with_progress", { description: "Reports progress" }, progress);
  server.registerTool("test_reconnection", { description: "Closes its stream" }, async (ctx) => {
    ctx.http?.closeSSE?.();
    await step();
    return text("The stream was closed, and taken up again");
  });
  server.registerTool("json_schema_2020_12_tool", {
    description: "Tool with JSON Schema 2020-12 features",
    inputSchema: fromJsonSchema(RICH_SCHEMA),
  }, (args) => text(JSON.stringify(args)));
  server.registerTool("test_custom_header", {
    description: "Has an argument that a header repeats",
    inputSchema: fromJsonSchema<{ region: string }>(HEADER_SCHEMA),
  }, ({ region }) => text(region));
  server.registerTool("test_trigger_tool_change", { description: "Changes the tools" }, () => {
    changes.toolsChanged();
    return text("Said that the tools have changed");
  });
  server.registerTool("test_trigger_prompt_change", { description: "Changes the prompts" }, () => {
    changes.promptsChanged();
    return text("Said that the prompts have changed");
  });
}
