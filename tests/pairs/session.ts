// The session that every pair lives: from the handshake to the end, what each side may ask of the other included.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";

/** What the client saw, step by step. */
export interface Seen {
  server: string | undefined;
  tools: string[];
  sum: unknown;
  denied: unknown;
  deniedText: string;
  progressInOrder: boolean;
  cancelled: string;
  asked: string;
  changed: boolean;
  resources: string[];
  error: { code: unknown; message: string };
}

/** What everybody must see. */
export const EXPECTED: Omit<Seen, "cancelled" | "error" | "deniedText"> = {
  server: "sdk-fixture",
  tools: ["calculator.add", "ask.human", "tool.add", "slow.count"],
  sum: { sum: 5 },
  denied: true,
  progressInOrder: true,
  asked: "sampled Ada file:///r",
  changed: true,
  resources: ["file:///pub/a.txt"],
};

/**
 * Lives the session.
 *
 * @param transport The client's way to the guard.
 * @param cancelled Resolves when the server has seen the cancellation.
 * @returns What the client saw; it has left.
 */
export async function liveSession(
  transport: Transport,
  cancelled: () => Promise<void>,
): Promise<Seen> {
  const client = new Client(
    { name: "pairs", version: "1" },
    { capabilities: { sampling: {}, elicitation: {}, roots: {} } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    ...{ model: "m", role: "assistant" as const },
    content: { type: "text" as const, text: "sampled" },
  }));
  client.setRequestHandler(ElicitRequestSchema, () => ({
    ...{ action: "accept" as const, content: { name: "Ada" } },
  }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: "file:///r" }] }));
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    const sum = await client.callTool({ name: "calculator.add", arguments: { a: 2, b: 3 } });
    const denied = await client.callTool({ name: "admin.echo-env", arguments: {} });
    const progress: number[] = [];
    await client.callTool(
      { name: "slow.count", arguments: { to: 4 } },
      CallToolResultSchema,
      { onprogress: (step) => void progress.push(step.progress) },
    );
    const abort = new AbortController();
    const slow = client.callTool(
      { name: "slow.count", arguments: { to: 1, wait: true } },
      CallToolResultSchema,
      { signal: abort.signal, onprogress: () => abort.abort("enough") },
    );
    const given = await slow.then(() => "answered", (error) => String(error));
    await cancelled();
    const asked = await client.callTool({ name: "ask.human", arguments: {} });
    const changed = new Promise<boolean>((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve(true))
    );
    await client.callTool({ name: "tool.add", arguments: {} });
    const { resources } = await client.listResources();
    const error = await client.readResource({ uri: "file:///priv/b.txt" })
      .then(() => ({ code: null, message: "" }), ({ code, message }) => ({ code, message }));
    return {
      server: client.getServerVersion()?.name,
      tools: tools.map((tool) => tool.name),
      sum: sum.structuredContent,
      denied: denied.isError,
      deniedText: JSON.stringify(denied.content),
      // The last steps may come with the answer, when the SDK's client has forgotten whose they are; the call that is
      // cancelled at its first step shows that steps come at all.
      progressInOrder: progress.every((step, i) => step === i + 1),
      cancelled: given,
      asked: (asked.content as { text: string }[])[0]!.text,
      changed: await changed,
      resources: resources.map((resource) => resource.uri),
      error,
    };
  } finally {
    await client.close();
  }
}
