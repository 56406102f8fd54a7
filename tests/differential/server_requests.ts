// The same comparison for what servers ask of clients: section `server_requests` and rules about methods, against a
// second, naive implementation with the platform's own URL parser.

import fc from "fast-check";
import { CallGuard } from "../../src/guard/mod.ts";
import { parsePolicy } from "../../src/policy/mod.ts";
import { fromPlain, type Plain } from "../../src/wire/mod.ts";
import { EFFECTS } from "./naive_rules.ts";
import { silentPorts } from "./ports.ts";

const WORDS = ["allow", "deny", "confirm", "approve"] as const;
type Word = (typeof WORDS)[number];

/** Section `server_requests`, as it is written. */
interface Section {
  sampling: Word;
  roots: Word;
  elicitation: Word | { form: Word; url: Word | { effect: Word; allow_hosts?: string[] } };
}

/** A rule about what servers ask. */
interface AskRule {
  methods: string[];
  identities?: string[];
  direction?: "c2s" | "s2c";
  effect: "allow" | "record" | "confirm" | "approve" | "deny";
}

/** What a server asks. */
interface Ask {
  method: string;
  params: Record<string, Plain>;
  identity: string;
}

const word = fc.constantFrom(...WORDS);
const sections: fc.Arbitrary<Section> = fc.record({
  sampling: word,
  roots: word,
  elicitation: fc.oneof(
    word,
    fc.record({
      form: word,
      url: fc.oneof(
        word,
        fc.record({
          effect: word,
          allow_hosts: fc.subarray(["example.com", "*.example.com", "Auth.Example.org"], {
            minLength: 1,
          }),
        }, { requiredKeys: ["effect"] }),
      ),
    }),
  ),
});
const rules: fc.Arbitrary<AskRule[]> = fc.array(
  fc.record({
    methods: fc.array(
      fc.constantFrom("sampling/createMessage", "elicitation/*", "roots/list", "tools/call", "*"),
      { minLength: 1, maxLength: 2 },
    ),
    identities: fc.array(fc.constantFrom("alice", "bob", "b*"), { minLength: 1, maxLength: 2 }),
    direction: fc.constantFrom("c2s" as const, "s2c" as const),
    effect: fc.constantFrom("allow", "record", "confirm", "approve", "deny"),
  }, { requiredKeys: ["methods", "effect"] }) as fc.Arbitrary<AskRule>,
  { maxLength: 3 },
);
const urls = [
  ...[
    "https://example.com/x",
    "HTTPS://EXAMPLE.com",
    "http://example.com/",
    "https://a.example.com",
  ],
  ...["https://a.b.example.com:8443/", "https://evilexample.com", "https://example.com.evil.org/"],
  ...["https://me@example.com/", "https://example.com@evil.org/", "javascript:alert(1)", "no url"],
  ...["ftp://example.com/", "https://auth.example.org./", "https://auth.example.org/", "file:///x"],
  ...[
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://example.com%2eevil.org/",
    "https:example.com",
  ],
];
const elicitation: fc.Arbitrary<Ask["params"]> = fc.record({
  mode: fc.constantFrom("form", "url", "odd"),
  url: fc.constantFrom(...urls, 7),
}, { requiredKeys: [] });
const asks: fc.Arbitrary<Ask> = fc.oneof(
  fc.record({ method: fc.constantFrom("sampling/createMessage", "roots/list") }),
  fc.record({ method: fc.constant("elicitation/create"), params: elicitation }),
).chain((ask) =>
  fc.constantFrom("alice", "bob", "carol").map((identity) => ({ params: {}, ...ask, identity }))
);

/** What is done with a request, by the words of the documentation. */
export function naiveAsk(section: Section, rules: AskRule[], ask: Ask): string {
  const said: string[] = [bySection(section, ask)];
  for (const { methods, identities, direction, effect } of rules) {
    const wild = (pattern: string, text: string): boolean =>
      pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : pattern === text;
    if (direction === "c2s") continue;
    if (!methods.some((method) => wild(method, ask.method))) continue;
    if (identities && !identities.some((id) => wild(id, ask.identity))) continue;
    said.push(effect === "record" ? "allow" : effect);
  }
  const order: readonly string[] = EFFECTS;
  return said.reduce((a, b) => order.indexOf(b) > order.indexOf(a) ? b : a);
}

function bySection({ sampling, roots, elicitation }: Section, { method, params }: Ask): string {
  if (method === "sampling/createMessage") return sampling;
  if (method === "roots/list") return roots;
  const { mode, url } = params;
  if (mode !== "url" && url === undefined) {
    if (mode !== undefined && mode !== "form") return "deny";
    return typeof elicitation === "string" ? elicitation : elicitation.form;
  }
  const both = typeof elicitation === "string" ? elicitation : elicitation.url;
  if (typeof url !== "string" || !URL.canParse(url) || !url.includes("//")) return "deny";
  const { protocol, hostname, username } = new URL(url);
  if (!["http:", "https:"].includes(protocol) || username !== "") return "deny";
  if (typeof both === "string") return both;
  if (both.allow_hosts === undefined) return both.effect;
  const host = hostname.replace(/\.$/, "");
  const listed = both.allow_hosts.map((one) => one.toLowerCase()).some((one) =>
    one.startsWith("*.") ? host.endsWith(one.slice(1)) : host === one
  );
  return protocol === "https:" && listed ? both.effect : "deny";
}

function engineAsk(section: Section, rules: AskRule[], ask: Ask): string {
  const text = JSON.stringify({
    version: 1,
    server_requests: section,
    rules: rules.map((rule, i) => ({ id: String(i), ...rule })),
  });
  const guard = new CallGuard(parsePolicy(text, "random.json"), silentPorts());
  return guard.evaluate({
    identity: { id: ask.identity, roles: [], method: "local" },
    ...{ direction: "s2c", method: ask.method, known: true, tool: null },
    ...{ names: [], uris: [], texts: [], metered: false, payload: fromPlain(ask.params) },
  }).effect;
}

/**
 * Compares random pairs.
 *
 * @param pairs How many.
 * @param seed Seed of the generator.
 * @returns How often each effect came out.
 * @throws {Error} With the smallest pair on which both disagree.
 */
export function compareAsks(pairs: number, seed: number): Record<string, number> {
  const effects: Record<string, number> = {};
  fc.assert(
    fc.property(sections, rules, asks, (section, rules, ask) => {
      const [engine, naive] = [engineAsk(section, rules, ask), naiveAsk(section, rules, ask)];
      effects[naive] = (effects[naive] ?? 0) + 1;
      if (engine !== naive) throw new Error(`the engine says ${engine}, the naive one ${naive}`);
    }),
    { numRuns: pairs, seed },
  );
  return effects;
}
