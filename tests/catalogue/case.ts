// The form of a bypass case, and the reader of a catalogue file: one case a line.

/** One thing a side does. Exactly one of the kinds is set; `do` takes further members of its own. */
export interface Step {
  /** Text of one client message. */
  client?: string;
  /** Bytes of one client message, base64. */
  client_b64?: string;
  /** Text of one server message; ids are the client's. */
  server?: string;
  /** Bytes of one server message, base64. */
  server_b64?: string;
  /** A generated client message. */
  gen?: Record<string, unknown>;
  /** Bytes on the socket after the upgrade, hexadecimal. */
  ws_hex?: string;
  /** One frame to build. */
  ws_frame?: Record<string, unknown>;
  /** A request with these headers. */
  http?: HttpStep;
  /** The exact bytes of a request. */
  http_raw?: string;
  /** A policy in the catalogue's shorthand. */
  policy?: string;
  /** An action of the harness. */
  do?: string;
  /** Parameters of `do`. */
  [parameter: string]: unknown;
}

/** A request as a case writes it. */
export interface HttpStep {
  method: string;
  path: string;
  headers: [string, string][];
  body?: string;
}

/** What must come out. */
export interface Expected {
  outcome: string;
  forwarded: number | "all" | "n/a";
  rpc_code?: number;
  http?: number;
  ws_close?: number;
  audit?: string;
  note?: string;
}

/** One bypass case. */
export interface Case {
  id: string;
  class: string;
  title: string;
  /** Who attacks: `c2s`, `s2c`, `cfg` (the policy) or `ops` (the surroundings). */
  dir: string;
  era: string;
  steps: Step[];
  expected: Expected;
}

/** The catalogue as it came with the project. */
export const CATALOGUE: string = new URL("./catalogue.jsonl", import.meta.url).pathname;

/**
 * Reads a catalogue file.
 *
 * @param path One JSON object a line; lines of class `fixture` explain the notation and are no cases.
 * @returns The cases in the file's order.
 * @throws {Error} With the line number, when a line is no case.
 */
export async function readCases(path: string): Promise<Case[]> {
  const cases: Case[] = [];
  const text = await Deno.readTextFile(path);
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    let found: Case;
    try {
      found = JSON.parse(line);
    } catch (error) {
      throw new Error(`${path}:${index + 1}: ${(error as Error).message}`);
    }
    if (found.class === "fixture") continue;
    if (!Array.isArray(found.steps) || typeof found.expected?.outcome !== "string") {
      throw new Error(`${path}:${index + 1}: no case: it needs steps and expected.outcome`);
    }
    cases.push(found);
  }
  return cases;
}

/** The bytes of a step that is one whole message of a client, or null. */
export function clientBytes(step: Step): Uint8Array | null {
  if (step.client !== undefined) return new TextEncoder().encode(step.client);
  if (step.client_b64 !== undefined) return Uint8Array.fromBase64(step.client_b64);
  if (step.gen !== undefined && !isServers(step.gen)) {
    return new TextEncoder().encode(generate(step.gen));
  }
  return null;
}

/** Whether a generator makes a message of the server. */
function isServers(gen: Record<string, unknown>): boolean {
  return String(gen.kind).startsWith("server_");
}

/** The bytes of a step that is one whole message of a server, or null. */
export function serverBytes(step: Step): Uint8Array | null {
  if (step.server !== undefined) return new TextEncoder().encode(step.server);
  if (step.server_b64 !== undefined) return Uint8Array.fromBase64(step.server_b64);
  if (step.gen !== undefined && isServers(step.gen)) {
    return new TextEncoder().encode(generate(step.gen));
  }
  return null;
}

/** A payload generator: `nest` (open, close), `repeat` (unit), `wide` (members) or `server_result_text` (pad), `n` times. */
export function generate(gen: Record<string, unknown>): string {
  const text = (key: string): string => String(gen[key] ?? "");
  const n = Number(gen.n);
  const call =
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":';
  switch (gen.kind) {
    case "nest":
      return text("prefix") + text("open").repeat(n) + text("close").repeat(n) + text("suffix");
    case "repeat":
      return text("prefix") + text("unit").repeat(n) + text("suffix");
    case "wide": {
      // Members of two bytes' worth of key would exceed the byte limit first: elements stay below it.
      const head = gen.prefix === undefined ? `${call}{"a":[` : text("prefix");
      const tail = gen.suffix === undefined ? "]}}}" : text("suffix");
      return head + "1,".repeat(n - 1) + "1" + tail;
    }
    case "server_result_text": {
      const content = [{ type: "text", text: text("pad").repeat(n) + text("suffix") }];
      return JSON.stringify({ jsonrpc: "2.0", id: Number(gen.id), result: { content } });
    }
    default:
      throw new Error(`unknown generator ${JSON.stringify(gen.kind)}`);
  }
}
