// 500 secrets of 50 kinds and more, planted wherever texts go: none of them may come out on the other side, or in what
// the guard itself says. The tokens are made up here from the providers' forms; none was ever in use.

import { expect } from "expect";
import type { TokenFormat } from "../../src/detect/secrets/format.ts";
import { FORMATS } from "../../src/detect/secrets/formats.ts";
import { connectClient, type Json, type Peer, playServer } from "../fixtures/proxy_peers.ts";
import { startGuard } from "../kit/guard.ts";

const EACH = 10;

const SIGNS: Readonly<Record<string, string>> = {
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  hex: "0123456789abcdef",
};
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A token of a form from the numbers of a generator that always gives the same. */
function tokenOf({ prefix, body, length, holds }: TokenFormat, next: () => number): string {
  const signs = SIGNS[body] ?? LETTERS;
  const size = Math.max(length[0], 24) > length[1] ? length[1] : Math.max(length[0], 24);
  let rest = "";
  while (rest.length < size) rest += signs[next() % signs.length];
  // A digit is in every form that wants one.
  rest = `${rest.slice(0, 2)}7${rest.slice(3)}`;
  if (holds !== undefined) {
    const at = holds === "eyJ" ? 0 : 11;
    rest = rest.slice(0, at) + holds + rest.slice(at + holds.length);
  }
  return prefix + rest;
}

/** Numbers without end, the same in every run (a linear congruential generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

/** Where a secret is planted, by turns. */
const CARRIERS: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `the key is ${secret}, keep it`,
  (secret) => JSON.stringify({ config: { token: secret } }),
  (secret) => `line one\nTOKEN=${secret}\nline three`,
  (secret) => `see ${btoa(secret)} for it`,
  (secret) => `see ${hex(secret)} for it`,
  (secret) => `see ${[...secret].join("\u200b")} for it`,
  (secret) => `see ${[...secret].map((c) => `&#${c.charCodeAt(0)};`).join("")} for it`,
];

function hex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}

function planted(): { secrets: string[]; texts: string[]; kinds: number } {
  const next = numbers(20261127);
  const byKind = new Map<string, TokenFormat>();
  for (const format of FORMATS) if (!byKind.has(format.id)) byKind.set(format.id, format);
  // A key whose checksum we do not compute would be no key.
  const kinds = [...byKind.values()].filter((format) => format.checksum === undefined);
  const secrets = kinds.flatMap((format) =>
    Array.from({ length: EACH }, () => tokenOf(format, next))
  );
  const texts = secrets.map((secret, i) => CARRIERS[i % CARRIERS.length]!(secret));
  return { secrets, texts, kinds: kinds.length };
}

/** Secrets that a text holds: plainly, in base64 or hex, with invisible characters in them, or as entities. */
function leaked(secrets: readonly string[], output: string): string[] {
  const read = output.replaceAll("\u200b", "").replace(
    /&#([0-9]{2,3});/g,
    (_, code) => String.fromCharCode(Number(code)),
  );
  return secrets.filter((secret) =>
    [secret, btoa(secret), hex(secret)].some((form) => read.includes(form))
  );
}

Deno.test("500 planted secrets come out nowhere: calls, results, errors, messages, descriptions, records", async () => {
  const { secrets, texts, kinds } = planted();
  expect(kinds).toBeGreaterThan(49);
  expect(secrets.length).toBeGreaterThan(499);
  const script = (message: Json, peer: Peer): void => {
    if (message.id === undefined) return;
    const text = texts[message.params?.arguments?.n ?? 0]!;
    if (message.method === "tools/list") {
      const tools = texts.map((description, n) => ({
        ...{ name: `t${n}`, description },
        inputSchema: { type: "object", properties: { a: { type: "string", description } } },
      }));
      return peer.answer(message, { tools });
    }
    switch (message.params.name) {
      case "result":
        peer.notify("notifications/message", { level: "info", data: text });
        return peer.answer(message, {
          content: [{ type: "text", text }, {
            type: "resource",
            resource: { uri: "file:///x", mimeType: "text/plain", text },
          }],
          structuredContent: { text },
        });
      case "error":
        return peer.send({
          ...{ jsonrpc: "2.0", id: message.id },
          error: { code: -32000, message: text, data: { text } },
        });
      default:
        return peer.answer(message);
    }
  };
  await using server = playServer(script);
  await using guard = await startGuard(
    "version: 1\ndetect: { secrets: {} }\nlogging: { level: DEBUG }\n",
    server.url,
  );
  const client = await connectClient(`ws://127.0.0.1:${guard.port}/ws`);
  const heard: Json[] = [];
  const answered = async (id: number | string): Promise<void> => {
    for (;;) {
      const message = await client.next();
      heard.push(message);
      if (message.id === id) return;
    }
  };
  await answered(client.ask("tools/list"));
  for (const [n, text] of texts.entries()) {
    await answered(client.call("send", { n, text, nested: [{ [`k${n}`]: text }] }));
    await answered(client.call("result", { n }));
    await answered(client.call("error", { n }));
  }
  client.close();
  expect(heard.filter((message) => message.id !== undefined).length).toBe(1 + 3 * texts.length);
  expect(leaked(secrets, JSON.stringify(heard))).toEqual([]);
  expect(leaked(secrets, JSON.stringify(server.got.all))).toEqual([]);
  expect(leaked(secrets, guard.process.lines().join("\n"))).toEqual([]);
});
