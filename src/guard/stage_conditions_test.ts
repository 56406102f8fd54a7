import { expect } from "expect";
import { JsonObject, parseJson } from "../wire/mod.ts";
import { harness, inquiry } from "./guard_testkit.ts";
import type { Decision, Inquiry } from "./types.ts";

const LIMITS = {
  bytes: 1e7,
  depth: 64,
  tokens: 1e6,
  keys: 1e6,
  numbers: "preserve",
} as const;

/** A call whose arguments are JSON text. */
function call(args: string, more: Partial<Inquiry> = {}): Inquiry {
  const payload = new JsonObject(["name", "arguments"], ["pay", parseJson(args, LIMITS)]);
  return { ...inquiry("pay"), payload, ...more };
}

/** Decides by one rule with this condition. */
async function by(when: string, question: Inquiry, now = 1_700_000_000_000): Promise<Decision> {
  const policy = JSON.stringify({
    version: 1,
    rules: [{ id: "r", tools: ["*"], methods: ["*"], when, effect: "approve" }],
  });
  const clock = { now: () => now, monotonic: () => 0 };
  return await harness({ clock }, policy).guard.decide(question);
}

/** Whether the rule matches. */
const matches = async (when: string, question: Inquiry, now?: number): Promise<string> => {
  const { effect, reason } = await by(when, question, now);
  return effect === "deny" ? reason : effect;
};

Deno.test("a rule whose condition is true matches, one whose condition is false does not", async () => {
  const when = 'args.amount > 100 || !("finance" in identity.roles)';
  const asked = (roles: string[]): Partial<Inquiry> => ({
    identity: { id: "bob", roles, method: "local" },
  });
  expect(await matches(when, call('{"amount": 250}', asked(["finance"])))).toBe("approve");
  expect(await matches(when, call('{"amount": 100}', asked(["finance"])))).toBe("allow");
  expect(await matches(when, call('{"amount": 100.5}', asked(["finance"])))).toBe("approve");
  expect(await matches(when, call('{"amount": 1}', asked([])))).toBe("approve");
});

Deno.test("an error, an error value and anything but true or false denies, and says which rule failed", async () => {
  for (
    const [when, args] of [
      ["args.amount > 100", "{}"],
      ["args.amount > 100", '{"amount": "250"}'],
      ["args.amount > 100", '{"amount": null}'],
      ["args.flag", '{"flag": 1}'],
      ["args.flag", '{"flag": "true"}'],
      ["args.flag", '{"flag": {"flag": true}}'],
      ["args.list[3] == 1", '{"list": [1]}'],
      ["100 / args.n > 1", '{"n": 0}'],
      ['path(args.p) == "/a"', '{"p": "a"}'],
      ['uri(args.u).host == "h"', '{"u": "nowhere"}'],
    ] as const
  ) {
    const { records, guard } = harness(
      {},
      JSON.stringify({
        version: 1,
        rules: [{ id: "fragile", tools: ["pay"], when, effect: "record" }],
      }),
    );
    const decision = await guard.decide(call(args));
    expect([when, args, decision.effect, decision.reason, decision.rule])
      .toEqual([when, args, "deny", "RuleDenied", "rules.fragile"]);
    expect(records[0]!.detail).toBe("rule_error:fragile");
  }
});

Deno.test("a number that a rule reads is exact or refused; one that no rule reads may pass", async () => {
  const when = "args.amount > 100";
  for (
    const raw of [
      "9007199254740993",
      "100000000000000000000",
      "1e400",
      "100.00000000000000001",
      "1e-400",
      "100.000000000000000000000000",
    ]
  ) {
    const reason = await matches(when, call(`{"amount": ${raw}}`));
    expect([raw, reason]).toEqual([
      raw,
      Number(raw) === 100 && /^100\.0+$/.test(raw) ? "allow" : "RuleDenied",
    ]);
    expect(await matches("args.other > 100", call(`{"amount": ${raw}, "other": 1}`))).toBe("allow");
  }
  // What a program prints for a double names that double.
  expect(await matches("args.x > 0.3", call('{"x": 0.30000000000000004}'))).toBe("approve");
  expect(await matches("args.x > 0.3", call('{"x": 0.3}'))).toBe("allow");
  expect(await matches("args.x == 1", call('{"x": 1.0}'))).toBe("approve");
  expect(await matches("args.x == 200", call('{"x": 2e2}'))).toBe("approve");
});

Deno.test("names that JavaScript's objects have of their own mean nothing", async () => {
  for (const name of ["constructor", "hasOwnProperty", "toString", "length", "size", "keys"]) {
    expect([name, await matches(`has(args.${name})`, call("{}"))]).toEqual([name, "allow"]);
    expect(await matches(`has(args.${name})`, call(`{"${name}": 1}`))).toBe("approve");
    expect(await matches(`"${name}" in args`, call("{}"))).toBe("allow");
  }
  expect(await matches("has(args.x)", call('{"x": null}'))).toBe("approve");
});

Deno.test("either side of && and || decides alone when it can", async () => {
  expect(await matches("args.a || args.gone", call('{"a": true}'))).toBe("approve");
  expect(await matches("args.gone || args.a", call('{"a": true}'))).toBe("approve");
  expect(await matches("args.gone && args.a", call('{"a": false}'))).toBe("allow");
  expect(await matches("args.gone || args.a", call('{"a": false}'))).toBe("RuleDenied");
});

Deno.test("paths and URIs are canonical before they are compared", async () => {
  const inside = '!path(args.p).startsWith("/data/")';
  expect(await matches(inside, call('{"p": "/data/a b.txt"}'))).toBe("allow");
  expect(await matches(inside, call('{"p": "/data/../etc/passwd"}'))).toBe("approve");
  expect(await matches(inside, call('{"p": "file:///data/%2e%2e/etc/passwd"}'))).toBe("approve");
  for (
    const odd of ["/data/..%2fetc", "data/a", "../a", "\\\\data\\\\..\\\\etc", "/data/\\u0000"]
  ) {
    expect([odd, await matches(inside, call(`{"p": "${odd}"}`))]).toEqual([odd, "RuleDenied"]);
  }
  const host = 'uri(args.u).host != "api.example.com"';
  expect(await matches(host, call('{"u": "https://API.example.com:443/x"}'))).toBe("allow");
  expect(await matches(host, call('{"u": "https://api.example.com.evil.example/"}'))).toBe(
    "approve",
  );
  expect(await matches(host, call('{"u": "https://api.example.com@evil.example/"}')))
    .toBe("RuleDenied");
  expect(await matches("uri(args.u).private", call('{"u": "http://0x7f.1/"}'))).toBe("approve");
});

Deno.test("a condition about the resource is asked for every resource that the message names", async () => {
  const when = 'resource.path.startsWith("/priv/")';
  const read = (...uris: string[]): Inquiry => ({
    ...inquiry(null),
    tool: "pay",
    names: [{ kind: "tool", name: "pay", where: "tool" }],
    uris: uris.map((uri) => ({ uri, role: "resource", where: "resources" })),
  });
  expect(await matches(when, read("file:///pub/a"))).toBe("allow");
  expect(await matches(when, read("file:///pub/a", "file:///priv/a"))).toBe("approve");
  expect(await matches(when, read("file:///x/../priv/a"))).toBe("approve");
  // Without a resource there is nothing that the rule is about.
  expect(await matches(when, call("{}"))).toBe("allow");
  expect(
    await matches(
      when,
      call('{"p": "/priv/a"}', {
        uris: [{ uri: "/priv/a", role: "argument", where: "params.arguments.p" }],
      }),
    ),
  ).toBe("approve");
});

Deno.test("what a server says of its tool is a hint, and careful where it says nothing", async () => {
  const when = "!tool.known || tool.untrusted.destructiveHint";
  expect(await matches(when, call("{}"))).toBe("approve");
  expect(await matches(when, call("{}", { toolFacts: {} }))).toBe("approve");
  expect(await matches(when, call("{}", { toolFacts: { destructiveHint: false } }))).toBe("allow");
  expect(await matches('tool.name == "pay"', call("{}"))).toBe("approve");
});

Deno.test("session and identity are what the guard established, whatever the arguments say", async () => {
  const context = { transport: "http", session: "s1" };
  const asked = call('{"identity": {"id": "root"}}', { context });
  expect(await matches('identity.id == "bob" && identity.method == "local"', asked)).toBe(
    "approve",
  );
  expect(await matches('session.id == "s1" && session.transport == "http"', asked)).toBe("approve");
});

Deno.test("POL-018: hours are those of the named zone, over changes of summer time and steps of the clock", async () => {
  const closed = 'now.getHours("Europe/Berlin") < 9 || now.getHours("Europe/Berlin") >= 17';
  const at = async (time: string): Promise<string> =>
    await matches(closed, call("{}"), Date.parse(time));
  expect(await at("2026-01-15T07:59:59Z")).toBe("approve");
  expect(await at("2026-01-15T08:00:00Z")).toBe("allow");
  expect(await at("2026-01-15T16:00:00Z")).toBe("approve");
  // In summer the same hour is another one in UTC.
  expect(await at("2026-07-15T06:59:59Z")).toBe("approve");
  expect(await at("2026-07-15T07:00:00Z")).toBe("allow");
  // The night in which 2 o'clock is skipped, and the one in which it comes twice.
  const hour = 'now.getHours("Europe/Berlin") == 3';
  const is3 = async (time: string): Promise<string> =>
    await matches(hour, call("{}"), Date.parse(time));
  expect(await is3("2026-03-29T00:59:59Z")).toBe("allow");
  expect(await is3("2026-03-29T01:00:00Z")).toBe("approve");
  const two = 'now.getHours("Europe/Berlin") == 2';
  expect(await matches(two, call("{}"), Date.parse("2026-10-25T00:30:00Z"))).toBe("approve");
  expect(await matches(two, call("{}"), Date.parse("2026-10-25T01:30:00Z"))).toBe("approve");
  // Without a zone it is UTC, never the machine's own.
  expect(await matches("now.getHours() == 2", call("{}"), Date.parse("2026-03-29T02:30:00Z")))
    .toBe("approve");
  expect(await matches("now < timestamp('2026-01-01T00:00:00Z')", call("{}"), 0)).toBe("approve");
});

Deno.test("POL-017: a fault of the evaluator itself denies", async () => {
  const { guard } = harness(
    {},
    'version: 1\nrules: [{ id: r, tools: ["*"], when: "true", effect: record }]',
  );
  const [rule] = guard.policy.rules.rules;
  rule!.when = {
    reads: new Set(),
    loops: 0,
    evaluate: () => {
      throw new TypeError("a bug");
    },
  };
  const { effect, reason } = await guard.decide(call("{}"));
  expect([effect, reason]).toEqual(["deny", "InternalError"]);
});

Deno.test("many rules about many paths of one message end early, with a limit's reason", async () => {
  const paths = Array.from({ length: 3000 }, (_, i) => `/pub/${i}`);
  const uris = paths.map((uri) => ({ uri, role: "argument" as const, where: "params.arguments" }));
  const rules = Array.from({ length: 100 }, (_, i) => ({
    ...{ id: `r${i}`, tools: ["pay"], resources: [`file:///priv${i}/**`], effect: "deny" },
  }));
  const { guard } = harness({}, JSON.stringify({ version: 1, rules }));
  const many = await guard.decide(call("{}", { uris }));
  expect([many.effect, many.reason]).toEqual(["deny", "LimitExceeded"]);
  const few = await guard.decide(call("{}", { uris: uris.slice(0, 100) }));
  expect(few.effect).toBe("allow");
});

Deno.test("arguments are those of the message's own dialect", async () => {
  const other = (method: string, key: string): Inquiry => ({
    ...inquiry("pay"),
    method,
    payload: new JsonObject([key], [parseJson('{"amount": 500}', LIMITS)]),
  });
  const when = "has(args.amount) && args.amount > 100";
  expect(await matches(when, other("tools/call", "arguments"))).toBe("approve");
  expect(await matches(when, other("tool_call", "args"))).toBe("approve");
  expect(await matches(when, other("tools/call", "args"))).toBe("allow");
  expect(await matches(when, other("tool_call", "arguments"))).toBe("allow");
});
