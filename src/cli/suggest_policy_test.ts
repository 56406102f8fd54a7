import { expect } from "expect";
import { CallGuard } from "../guard/mod.ts";
import { parsePolicy, type Policy } from "../policy/mod.ts";
import { idlePorts } from "./idle_ports.ts";
import { replayed } from "./replay.ts";
import { suggestedPolicy } from "./suggest_policy.ts";
import type { Seen, Traffic } from "./traffic.ts";

function traffic(resources: readonly string[], more: Partial<Traffic> = {}): Traffic {
  const seen = (names: readonly string[]): Map<string, Seen> =>
    new Map(names.map((name) => [name, { count: 2, identities: new Set(["alice"]) }]));
  return {
    ...{ tools: new Map(), prompts: new Map(), owners: new Map() },
    ...{ upstreams: new Set(), asks: new Set() },
    resources: seen(resources),
    unnamed: { resources: 0, prompts: 0 },
    ...{ lost: 0, refused: 0, skipped: 0 },
    ...more,
  };
}

const policyOf = (one: Traffic, most = 20): Policy =>
  parsePolicy(suggestedPolicy(one, "audit.jsonl", most), "p.yaml");
const allowed = (policy: Policy, name: string, upstream: string | null = null): boolean =>
  replayed(new CallGuard(policy, idlePorts()), {
    ...{ kind: "resource", name, method: "resources/read", identity: "bob", upstream } as const,
  }).allowed;

Deno.test("suggestedPolicy() lists resources, and folders where they are many", () => {
  const many = Array.from({ length: 6 }, (_, i) => `file:///many/${i}.txt`);
  const one = traffic([
    ...many,
    "file:///few/a",
    "http://10.0.0.1/a",
    "http://10.0.0.1/b",
  ]);
  expect(policyOf(one, 5).resources.allow.sources).toEqual([
    "file:///few/a",
    "file:///many/*",
    "http://10.0.0.1/a",
    "http://10.0.0.1/b",
  ]);
  const grouped = policyOf(one, 1);
  expect(grouped.resources.allow.sources).toContain("http://10.0.0.1/*");
  // Never a whole scheme, and never what lies deeper.
  expect(policyOf(traffic(["demo://a", "demo://b"]), 1).resources.allow.sources)
    .toEqual(["demo://a", "demo://b"]);
  expect(allowed(grouped, "file:///many/sub/deep.txt")).toBe(false);
  expect(allowed(grouped, "file:///many/7.txt")).toBe(true);
});

Deno.test("suggestedPolicy() never widens for a template that was only asked about", () => {
  const sources = (...names: string[]): readonly string[] =>
    policyOf(traffic(names)).resources.allow.sources;
  expect(sources("file:///docs/{*}", "file:///docs/a.md")).toEqual(["file:///docs/a.md"]);
  expect(sources("file:///docs/{*}", "file:///other/a.md"))
    .toEqual(["file:///other/a.md", "file:///docs/only-asked-about"]);
  expect(sources("demo://x/{**}")).toEqual(["demo://x/only-asked-about"]);
});

Deno.test("suggestedPolicy() makes no wildcard of what looks like a secret, and of no text anything else", () => {
  const junk = ["{*}", "no uri", "{**}{**}", "file:///{*}/..", "__proto__", "", "\u202e"];
  expect(policyOf(traffic(junk)).resources.allow.sources).toEqual([]);
  const odd = [
    "https://h.example/*/send",
    "db://*@host/main",
    "file:///a%2A(1)!.txt",
    "file:///%FF",
  ];
  const policy = policyOf(traffic(odd));
  expect(odd.map((name) => allowed(policy, name))).toEqual([false, true, true, false]);
  expect(policy.resources.allow.sources).toEqual([
    "db://*@host/main",
    "file:///a%2A%281%29%21.txt",
  ]);
  const hostile = traffic([], {
    tools: new Map([
      ["x\n  deny: []", { count: 1, identities: new Set(["a\nb"]) }],
      ["ok", { count: 1, identities: new Set() }],
    ]),
    prompts: new Map([['p"]\nmode: monitor\n#', { count: 1, identities: new Set() }]]),
  });
  const text = suggestedPolicy(hostile, 'a"\nmode: monitor\n.jsonl', 20);
  expect(parsePolicy(text, "p.yaml")).toMatchObject({ mode: "enforce", default: "deny" });
  expect(parsePolicy(text, "p.yaml").tools.allow.sources).toEqual(["ok"]);
});

Deno.test("suggestedPolicy() gives each of several servers its own resources", () => {
  const one = traffic(["file:///a", "file:///both", "file:///nobody"], {
    upstreams: new Set(["one", "two", "three"]),
    owners: new Map([
      ["file:///a", new Set(["one"])],
      ["file:///both", new Set(["one", "two"])],
    ]),
  });
  const policy = policyOf(one);
  const seen = (name: string): boolean[] =>
    ["one", "two", "three"].map((upstream) => allowed(policy, name, upstream));
  expect(seen("file:///a")).toEqual([true, false, false]);
  expect(seen("file:///both")).toEqual([true, true, false]);
  expect(seen("file:///nobody")).toEqual([true, true, true]);
});

Deno.test("suggestedPolicy() takes names of tools and prompts as they are, whatever patterns mean by them", () => {
  const seen = (names: readonly string[]): Traffic["prompts"] =>
    new Map(names.map((name) => [name, { count: 1, identities: new Set() }]));
  const names = [
    "*",
    "a?",
    "re:.*",
    "a{b}",
    "[x]",
    "b c",
    "ü/é",
    "plain.name",
    "(x)",
    "!no",
    "x\\y",
  ];
  const guard = new CallGuard(
    policyOf(traffic([], { prompts: seen(names), tools: seen(["re:x.y", "ok"]) })),
    idlePorts(),
  );
  const may = (kind: "prompt" | "tool", name: string): boolean => guard.permits(kind, name);
  expect(names.filter((name) => !may("prompt", name))).toEqual([]);
  for (const other of ["any", "ab", "x", "plain", "ab{b}", "a", "b", "no", ".*"]) {
    expect([other, may("prompt", other)]).toEqual([other, false]);
  }
  expect(["re:x.y", "ok", "x.y", "x/y"].map((name) => may("tool", name)))
    .toEqual([true, true, false, false]);
});
