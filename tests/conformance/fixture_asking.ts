// The fixture's tools that ask the client: by a request of the server in the legacy era, and inside an incomplete
// result (SEP-2322) in the modern one. Names and questions are those that the conformance suite's scenarios state.

import {
  acceptedContent,
  type CallToolResult,
  type ClientCapabilities,
  createRequestStateCodec,
  type ElicitRequestFormParams,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
} from "npm:@modelcontextprotocol/server@2.4.0";
import * as z from "zod";
import { text } from "./fixture_tools.ts";

/** Signs what a client carries from one round to the next. */
export const stateCodec: RequestStateCodec<string> = createRequestStateCodec<string>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});

type Schema = ElicitRequestFormParams["requestedSchema"];

/** Every kind of value, each with a default (SEP-1034). */
const DEFAULTS: Schema = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
};

const OPTIONS = ["option1", "option2", "option3"];

const titled = (what: string): { const: string; title: string }[] =>
  ["First", "Second", "Third"].map((rank, i) => ({
    const: `value${i + 1}`,
    title: `${rank} ${what}`,
  }));

/** Every way to choose from a list (SEP-1330). */
const ENUMS: Schema = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: OPTIONS },
    titledSingle: { type: "string", oneOf: titled("Option") },
    legacyEnum: {
      type: "string",
      enum: ["opt1", "opt2", "opt3"],
      enumNames: ["Option One", "Option Two", "Option Three"],
    },
    untitledMulti: { type: "array", items: { type: "string", enum: OPTIONS } },
    titledMulti: { type: "array", items: { anyOf: titled("Choice") } },
  },
};

function registerRequests(server: McpServer): void {
  server.registerTool("test_sampling", {
    description: "Asks the client's model",
    inputSchema: z.object({ prompt: z.string() }),
  }, async ({ prompt }, ctx) => {
    const { content } = await ctx.mcpReq.requestSampling({
      messages: [{ role: "user", content: { type: "text", text: prompt } }],
      maxTokens: 100,
    });
    return text(`LLM response: ${"text" in content ? content.text : JSON.stringify(content)}`);
  });
  const elicit = async (
    ctx: ServerContext,
    message: string,
    requestedSchema: Schema,
    start: string,
  ): Promise<CallToolResult> => {
    const { action, content } = await ctx.mcpReq.elicitInput({ message, requestedSchema });
    return text(`${start}: action=${action}, content=${JSON.stringify(content ?? {})}`);
  };
  server.registerTool("test_elicitation", {
    description: "Asks the user",
    inputSchema: z.object({ message: z.string() }),
  }, ({ message }, ctx) =>
    elicit(ctx, message, {
      type: "object",
      properties: {
        username: { type: "string", description: "User's response" },
        email: { type: "string", description: "User's email address" },
      },
      required: ["username", "email"],
    }, "User response"));
  for (const [name, schema] of [["1034_defaults", DEFAULTS], ["1330_enums", ENUMS]] as const) {
    server.registerTool(
      `test_elicitation_sep${name}`,
      { description: "Asks the user" },
      (ctx) => elicit(ctx, "Please fill this in", schema, "Elicitation completed"),
    );
  }
}

const NAME = z.object({ name: z.string() });
const OK = z.object({ ok: z.boolean() });
const COLOUR = z.object({ color: z.string() });

/** The question for a name. */
const askName = (message = "What is your name?"): ReturnType<typeof inputRequired.elicit> =>
  inputRequired.elicit({ message, requestedSchema: NAME });

/** The question for a confirmation. */
const askOk = (): ReturnType<typeof inputRequired.elicit> =>
  inputRequired.elicit({ message: "Please confirm", requestedSchema: OK });

/** A question for the client's model. */
const sample = (said: string, maxTokens: number): ReturnType<typeof inputRequired.createMessage> =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: said } }],
    maxTokens,
  });

/** What the client has declared with this request of the modern era. */
function clientCan(ctx: ServerContext): ClientCapabilities {
  const envelope = ctx.mcpReq.envelope as Record<string, ClientCapabilities> | undefined;
  return envelope?.["io.modelcontextprotocol/clientCapabilities"] ?? {};
}

function registerSimple(server: McpServer): void {
  server.registerTool(
    "test_input_required_result_elicitation",
    { description: "Asks the user" },
    (ctx) => {
      const answer = acceptedContent(ctx.mcpReq.inputResponses, "user_name", NAME);
      return answer === undefined
        ? inputRequired({ inputRequests: { user_name: askName() } })
        : text(`Hello, ${answer.name}!`);
    },
  );
  server.registerTool(
    "test_streaming_elicitation",
    { description: "Asks the user" },
    () => inputRequired({ inputRequests: { user_name: askName() } }),
  );
  // The SDK refuses what the client has not said it can do (-32021, with HTTP status 400).
  server.registerTool(
    "test_missing_capability",
    { description: "Needs sampling" },
    () => inputRequired({ inputRequests: { greeting: sample("Generate a greeting", 50) } }),
  );
  server.registerTool(
    "test_input_required_result_sampling",
    { description: "Asks the client's model" },
    (ctx) => {
      const answer = inputResponse(ctx.mcpReq.inputResponses, "capital_question");
      return answer.kind === "sampling"
        ? text(`The model says: ${JSON.stringify(answer.result.content)}`)
        : inputRequired({
          inputRequests: { capital_question: sample("What is the capital of France?", 100) },
        });
    },
  );
  server.registerTool(
    "test_input_required_result_list_roots",
    { description: "Asks for roots" },
    (ctx) => {
      const answer = inputResponse(ctx.mcpReq.inputResponses, "client_roots");
      return answer.kind === "roots"
        ? text(`Roots: ${answer.roots.map((root) => root.uri).join(", ")}`)
        : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    },
  );
  server.registerTool(
    "test_input_required_result_capabilities",
    { description: "Asks whom the client has" },
    (ctx) => {
      const has = clientCan(ctx);
      return inputRequired({
        inputRequests: {
          ...(has.sampling === undefined ? {} : { greeting: sample("Generate a greeting", 50) }),
          ...(has.elicitation === undefined ? {} : { user_name: askName() }),
        },
      });
    },
  );
}

function registerStateful(server: McpServer): void {
  for (const name of ["request_state", "tampered_state"]) {
    server.registerTool(
      `test_input_required_result_${name}`,
      { description: "Asks with a signed state" },
      async (ctx) => {
        const answer = acceptedContent(ctx.mcpReq.inputResponses, "confirm", OK);
        if (answer !== undefined && ctx.mcpReq.requestState() === name) return text("state-ok");
        return inputRequired({
          inputRequests: { confirm: askOk() },
          requestState: await stateCodec.mint(name),
        });
      },
    );
  }
  server.registerTool(
    "test_input_required_result_multiple_inputs",
    { description: "Asks three things at once" },
    async (ctx) => {
      const answers = ctx.mcpReq.inputResponses;
      const name = acceptedContent(answers, "user_name", NAME);
      const greeting = inputResponse(answers, "greeting");
      const roots = inputResponse(answers, "client_roots");
      if (name !== undefined && greeting.kind === "sampling" && roots.kind === "roots") {
        return text(`${JSON.stringify(greeting.result.content)} ${name.name}`);
      }
      return inputRequired({
        inputRequests: {
          user_name: askName(),
          greeting: sample("Generate a greeting", 50),
          client_roots: inputRequired.listRoots(),
        },
        requestState: await stateCodec.mint("all"),
      });
    },
  );
  server.registerTool(
    "test_input_required_result_multi_round",
    { description: "Asks twice, one after the other" },
    async (ctx) => {
      const state = ctx.mcpReq.requestState<string>();
      const colour = acceptedContent(ctx.mcpReq.inputResponses, "step2", COLOUR);
      if (state?.startsWith("2 ") && colour !== undefined) {
        return text(`${state.slice(2)} likes ${colour.color}`);
      }
      const name = acceptedContent(ctx.mcpReq.inputResponses, "step1", NAME);
      if (state === "1" && name !== undefined) {
        return inputRequired({
          inputRequests: {
            step2: inputRequired.elicit({
              message: "Step 2: What is your favorite color?",
              requestedSchema: COLOUR,
            }),
          },
          requestState: await stateCodec.mint(`2 ${name.name}`),
        });
      }
      return inputRequired({
        inputRequests: { step1: askName("Step 1: What is your name?") },
        requestState: await stateCodec.mint("1"),
      });
    },
  );
}

/** Registers the tools that ask the client. */
export function registerAsking(server: McpServer): void {
  registerRequests(server);
  registerSimple(server);
  registerStateful(server);
}
