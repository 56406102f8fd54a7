import { expect } from "expect";
import { JsonObject, type JsonValue } from "../wire/value.ts";
import { harness, inquiry } from "./guard_testkit.ts";
import type { Inquiry } from "./types.ts";

/** A policy of rules alone. */
const rules = (text: string): string => `version: 1\nrules:\n${text}`;

/** A tool call with arguments, as the proxy asks about it. */
function call(tool: string, args: [string[], JsonValue[]] = [[], []]): Inquiry {
  const payload = new JsonObject(["name", "arguments"], [tool, new JsonObject(...args)]);
  const uris = args[1].filter((v) => typeof v === "string" && v.includes("/"))
    .map((uri) => ({ uri: uri as string, role: "argument" as const, where: "params.arguments" }));
  return { ...inquiry(tool), payload, uris };
}

Deno.test("the strictest of all rules that match decides, whatever their order", async () => {
  const effects = ["allow", "record", "redact", "confirm", "approve", "deny"];
  for (const order of [effects, effects.toReversed()]) {
    for (let n = 1; n <= effects.length; n++) {
      const kept = order.filter((effect) => effects.indexOf(effect) < n);
      const text = rules(
        kept.map((effect) =>
          `  - { id: ${effect}, tools: [pay], effect: ${effect}${
            effect === "redact" ? ", redact: [args.card]" : ""
          } }\n`
        ).join(""),
      );
      const { guard } = harness({}, text);
      const decision = await guard.decide(call("pay"));
      expect(decision.rule).toBe(`rules.${effects[n - 1]}`);
      const wanted = ["allow", "allow", "redact", "confirm", "approve", "deny"][n - 1];
      expect(decision.effect).toBe(wanted);
      expect(decision.allowed).toBe(n <= 3);
      expect(decision.reason).toBe(
        n <= 3 ? "Allowed" : n <= 5 ? "ApprovalRequired" : "RuleDenied",
      );
    }
  }
});

Deno.test("no rule overrides a list's deny", async () => {
  const { guard } = harness(
    {},
    'version: 1\ntools: { deny: ["pay"] }\nrules: [{ id: fine, tools: ["*"], effect: allow }]\n',
  );
  const decision = await guard.decide(call("pay"));
  expect([decision.effect, decision.rule]).toEqual(["deny", "tools.deny[0]"]);
});

Deno.test("a rule matches a tool however it is spelled, and only where all it names applies", async () => {
  const { guard } = harness(
    {},
    rules(
      '  - { id: never, tools: ["pay/*"], roles: [guest], identities: ["b*"], effect: deny }\n',
    ),
  );
  const ask = async (tool: string, id: string, roles: string[]): Promise<boolean> =>
    (await guard.decide({ ...call(tool), identity: { id, roles, method: "local" } })).allowed;
  expect(await ask("pay.now", "bob", ["guest"])).toBe(false);
  expect(await ask("shop/Pay__Now", "bob", ["user", "guest"])).toBe(false);
  expect(await ask("pay.now", "bob", ["user"])).toBe(true);
  expect(await ask("pay.now", "bob", [])).toBe(true);
  expect(await ask("pay.now", "alice", ["guest"])).toBe(true);
  expect(await ask("pay.now", "Bob", ["guest"])).toBe(true);
  expect(await ask("repay.now", "bob", ["guest"])).toBe(true);
  expect(await ask("prepay", "bob", ["guest"])).toBe(true);
});

Deno.test("a rule about tools/call also judges the small frame and the library's call", async () => {
  const { guard } = harness({}, rules("  - { id: never, methods: [tools/call], effect: deny }\n"));
  for (const method of ["tools/call", "tool_call", "check"]) {
    expect((await guard.decide({ ...call("x"), method })).rule).toBe("rules.never");
  }
  expect((await guard.decide({ ...inquiry(null), method: "tools/list" })).allowed).toBe(true);
});

Deno.test("methods may be patterns, and a direction narrows them", async () => {
  const { guard } = harness(
    {},
    rules('  - { id: quiet, methods: ["notifications/*"], direction: s2c, effect: deny }\n'),
  );
  const about = (direction: "c2s" | "s2c"): Inquiry => ({
    ...inquiry(null),
    method: "notifications/progress",
    direction,
  });
  expect((await guard.decide(about("s2c"))).rule).toBe("rules.quiet");
  expect((await guard.decide(about("c2s"))).allowed).toBe(true);
});

Deno.test("a rule about resources judges declared ones and those in arguments, in canonical form", async () => {
  const { guard } = harness(
    {},
    rules('  - { id: private, resources: ["file:///priv/**"], effect: approve }\n'),
  );
  const read = (uri: string): Inquiry => ({
    ...inquiry(null),
    uris: [{ uri, role: "resource", where: "params.uri" }],
  });
  expect((await guard.decide(read("file:///pub/a"))).allowed).toBe(true);
  expect((await guard.decide(read("FILE:///pub/%2e%2e/priv/a"))).rule).toBe("rules.private");
  expect((await guard.decide(call("read_file", [["path"], ["/pub/../priv/a"]]))).rule)
    .toBe("rules.private");
  expect((await guard.decide(call("read_file", [["path"], ["/pub/a"]]))).allowed).toBe(true);
  // What has no single meaning is not waved through by a rule that is there to stop it.
  const odd = await guard.decide(call("read_file", [["path"], ["file:///%252525252e/priv"]]));
  expect([odd.effect, odd.rule, odd.reason]).toEqual(["deny", "rules.private", "ResourceDenied"]);
});

Deno.test("redacted arguments are replaced in the message before it goes on, also under an approval", async () => {
  for (const more of ["", "  - { id: human, tools: [pay], effect: approve }\n"]) {
    const { guard, records } = harness(
      {},
      rules(`  - id: cards
    tools: [pay]
    effect: redact
    redact: [args.card, "args.rows[*].card", 'args["odd name"]', args.absent.deep]
${more}`),
    );
    const rows = [new JsonObject(["card", "n"], ["4111", "1"]), "4111", new JsonObject()];
    const question = call("pay", [["card", "rows", "odd name", "sum"], ["4111", rows, "x", "5"]]);
    const decision = await guard.decide(question);
    expect(decision.effect).toBe(more === "" ? "redact" : "approve");
    const args = (question.payload as JsonObject).get("arguments") as JsonObject;
    expect(args.get("card")).toBe("[redacted]");
    expect((args.get("rows") as JsonObject[])[0]!.values).toEqual(["[redacted]", "1"]);
    expect((args.get("rows") as JsonValue[])[1]).toBe("4111");
    expect(args.get("odd name")).toBe("[redacted]");
    expect(args.get("sum")).toBe("5");
    expect(args.has("absent")).toBe(false);
    expect(question.redacted).toBe(true);
    expect(records[0]!.request).toBe(question.payload);
  }
});

Deno.test("a wrapped tool gets its arguments without what a rule redacts", async () => {
  const { guard } = harness(
    {},
    rules("  - { id: cards, tools: [pay], effect: redact, redact: [args.card] }\n"),
  );
  const given = { card: "4111", sum: 5 };
  const pay = guard.wrapTool({ toolName: "pay" }, (args: typeof given) => args);
  expect(await pay(given, { identity: "alice" })).toEqual({ card: "[redacted]", sum: 5 });
  expect(given.card).toBe("4111");
});

Deno.test("explain shows every rule that matches", () => {
  const { guard } = harness(
    {},
    rules(
      '  - { id: a, tools: [pay], effect: record }\n  - { id: b, tools: ["*"], effect: deny, reason: closed }\n',
    ),
  );
  const { stages, message } = guard.explain({ tool: "pay" });
  expect(stages?.filter((s) => s.stage === "rules").map((s) => [s.rule, s.verdict])).toEqual([
    ["rules.a", "record"],
    ["rules.b", "deny"],
  ]);
  expect(message).toContain("closed");
});
