// The fixture's resources and prompts, and what completes their arguments: names and contents are those that the
// conformance suite's scenarios state.

import {
  acceptedContent,
  completable,
  inputRequired,
  type McpServer,
  ResourceTemplate,
} from "npm:@modelcontextprotocol/server@2.4.0";
import * as z from "zod";
import { PNG } from "./fixture_media.ts";

const PLACES = ["paris", "park", "party", "tokyo"];

function registerResources(server: McpServer): void {
  const plain = (
    uri: string,
    mimeType: string,
    said: { text: string } | { blob: string },
  ): void => {
    server.registerResource(uri.slice("test://".length), uri, { mimeType }, () => ({
      contents: [{ uri, mimeType, ...said }],
    }));
  };
  plain("test://static-text", "text/plain", {
    text: "This is the content of the static text resource.",
  });
  plain("test://static-binary", "image/png", { blob: PNG });
  plain("test://watched-resource", "text/plain", { text: "Watched" });
  const template = new ResourceTemplate("test://template/{id}/data", { list: undefined });
  server.registerResource(
    "template",
    template,
    { mimeType: "application/json" },
    (uri, { id }) => ({
      contents: [{
        uri: uri.href,
        mimeType: "application/json",
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      }],
    }),
  );
}

function registerPrompts(server: McpServer): void {
  const user = "user" as const;
  const said = (text: string) => ({ role: user, content: { type: "text" as const, text } });
  server.registerPrompt("test_simple_prompt", { description: "Without arguments" }, () => ({
    messages: [said("This is a simple prompt for testing.")],
  }));
  const place = completable(
    z.string().describe("First test argument"),
    (start) => PLACES.filter((word) => word.startsWith(start)),
  );
  server.registerPrompt("test_prompt_with_arguments", {
    description: "With two arguments",
    argsSchema: z.object({ arg1: place, arg2: z.string().describe("Second test argument") }),
  }, ({ arg1, arg2 }) => ({
    messages: [said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  }));
  server.registerPrompt("test_prompt_with_embedded_resource", {
    description: "Embeds a resource",
    argsSchema: z.object({ resourceUri: z.string().describe("The resource to embed") }),
  }, ({ resourceUri: uri }) => ({
    messages: [{
      role: user,
      content: {
        type: "resource" as const,
        resource: { uri, mimeType: "text/plain", text: "Embedded resource content for testing." },
      },
    }, said("Please process the embedded resource above.")],
  }));
  server.registerPrompt("test_prompt_with_image", { description: "Shows an image" }, () => ({
    messages: [
      { role: user, content: { type: "image" as const, data: PNG, mimeType: "image/png" } },
      said("Please analyze the image above."),
    ],
  }));
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "Asks first" },
    (ctx) => {
      const answer = acceptedContent(
        ctx.mcpReq.inputResponses,
        "user_context",
        z.object({ context: z.string() }),
      );
      if (answer !== undefined) return { messages: [said(`In the context of ${answer.context}`)] };
      return inputRequired({
        inputRequests: {
          user_context: inputRequired.elicit({
            message: "What context should the prompt use?",
            requestedSchema: z.object({ context: z.string() }),
          }),
        },
      });
    },
  );
}

/**
 * Registers the resources and prompts.
 *
 * @param legacy True where a client subscribes to a single resource by a request of its own.
 */
export function registerContent(server: McpServer, legacy: boolean): void {
  registerResources(server);
  registerPrompts(server);
  if (!legacy) return;
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
}
