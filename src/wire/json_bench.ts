// What strict reading and writing costs beside JSON.parse and JSON.stringify: deno bench src/wire.

import { canonicalJson } from "./canonical.ts";
import { parseJson } from "./json.ts";
import { writeJson } from "./write.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const documents: Record<string, unknown> = {
  "tools/call, 0.2 kB": {
    jsonrpc: "2.0",
    id: 17,
    method: "tools/call",
    params: {
      name: "calculator/add",
      arguments: { a: 1.5, b: 42, note: "add these two numbers and tell me the sum", flag: true },
      _meta: { progressToken: "token-17" },
    },
  },
  "one text, 1 MB": { text: "lorem ipsum dolor sit amet ".repeat(38_000) },
  "lines with escapes, 1 MB": {
    text: 'lorem "ipsum" dolor sit amét, consectetur\n'.repeat(22_000),
  },
  "records, 0.6 MB": Array.from({ length: 9000 }, (_, i) => ({
    id: i,
    name: `item ${i}`,
    price: i * 1.25,
    tags: ["a", "b"],
    on: true,
  })),
};

for (const [name, value] of Object.entries(documents)) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const tree = parseJson(bytes);
  const options = (
    group: string,
    baseline: boolean,
  ): Omit<Deno.BenchDefinition, "fn" | "name"> => ({
    group: `${group}: ${name}`,
    baseline,
  });
  Deno.bench(`JSON.parse of ${name}`, options("read", true), () => {
    JSON.parse(decoder.decode(bytes));
  });
  Deno.bench(`parseJson of ${name}`, options("read", false), () => {
    parseJson(bytes);
  });
  Deno.bench(`JSON.stringify of ${name}`, options("write", true), () => {
    JSON.stringify(value);
  });
  Deno.bench(`writeJson of ${name}`, options("write", false), () => {
    // Looking at a unit makes the engine join the pieces, as encoding would.
    writeJson(tree).charCodeAt(9);
  });
  Deno.bench(`canonicalJson of ${name}`, options("write", false), () => {
    canonicalJson(tree).charCodeAt(9);
  });
}
