// The messages of the load test: what the client asks, what the server answers, at a given size.

/** The handshake of an MCP client, as frames' texts. */
export const INITIALIZE: string = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "load", version: "1" },
  },
});

/** The end of the handshake. */
export const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

const WORDS =
  "the report of our last quarter was fine and its summary table holds numbers with values";

/**
 * Ordinary text.
 *
 * @param bytes How long.
 * @returns ASCII words.
 */
export function prose(bytes: number): string {
  return `${WORDS} `.repeat(Math.ceil(bytes / (WORDS.length + 1))).slice(0, bytes);
}

/**
 * Makes the text of calls.
 *
 * @param bytes Length of the argument `note`; 0 for none.
 * @returns A function from id to call.
 */
export function caller(bytes: number): (id: number) => string {
  const note = bytes === 0 ? {} : { note: prose(bytes) };
  const params = JSON.stringify({ name: "calculator.add", arguments: { a: 2, b: 3, ...note } });
  return (id) => `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`;
}

const HELLO = JSON.stringify({
  protocolVersion: "2025-06-18",
  capabilities: { tools: {} },
  serverInfo: { name: "upstream", version: "1" },
});
const SUM = JSON.stringify({
  content: [{ type: "text", text: `The sum is 5. ${prose(70)}` }],
});

/**
 * What the server says to a message.
 *
 * @param text The message.
 * @returns The answer, or null for a notification.
 */
export function answer(text: string): string | null {
  const { id, method } = JSON.parse(text);
  if (id === undefined) return null;
  return `{"jsonrpc":"2.0","id":${id},"result":${method === "initialize" ? HELLO : SUM}}`;
}
