import { expect } from "expect";
import fc from "fast-check";
import { createHash } from "node:crypto";
import type { AuditRecord } from "../guard/types.ts";
import type { AttestationConfig } from "../policy/types.ts";
import { JsonNumber, JsonObject } from "../wire/mod.ts";
import { boundRecord } from "./bound.ts";
import { LineBuilder, MAX_LINE_BYTES, type Several } from "./line.ts";
import { record, SHA256 } from "./testing.ts";

function line(
  changes: Partial<AuditRecord>,
  attestation: AttestationConfig = SHA256,
  several?: Several,
): string {
  return new LineBuilder(attestation).build(boundRecord(record(changes)), several);
}

Deno.test("LineBuilder writes the mission's fields first, in their order", () => {
  expect(line({
    decision: "deny",
    reason: "PromptInjectionSuspected",
    rule: "prompts.deny_regex[0]",
    findings: [{ rule_id: "prompt_regex_0", severity: "high", reason: "matched", where: "prompt" }],
    context: { transport: "websocket", session: "s-1", remote: "127.0.0.1", requestId: "7" },
  })).toBe(
    '{"ts":"2026-11-22T12:00:00.000Z","identity":"alice","tool":"calculator.add",' +
      '"decision":"deny","reason":"PromptInjectionSuspected",' +
      '"findings":[{"rule_id":"prompt_regex_0","severity":"high","reason":"matched","where":"prompt"}],' +
      '"event":"decision","id":"d-1","method":"tools/call","direction":"c2s",' +
      '"rule":"prompts.deny_regex[0]","transport":"websocket","session":"s-1",' +
      '"remote":"127.0.0.1","request_id":"7"}\n',
  );
});

Deno.test("LineBuilder writes outcomes, codes and counts", () => {
  const parsed = JSON.parse(line(
    { event: "outcome", decision: "timeout", detail: "call.timeout", durationMs: 60000.12345 },
    SHA256,
    { count: 900, until: Date.UTC(2026, 10, 22, 12, 0, 1) },
  ));
  expect(parsed).toMatchObject({
    event: "outcome",
    decision: "timeout",
    detail: "call.timeout",
    duration_ms: 60000.123,
    count: 900,
    until: "2026-11-22T12:00:01.000Z",
  });
});

Deno.test("LineBuilder writes what mode monitor let pass, bounded", () => {
  const wouldBe = { effect: "deny", reason: "RuleDenied", message: "words for people" } as const;
  const parsed = JSON.parse(line({ wouldBe: { ...wouldBe, rule: "rules.x" } }));
  expect(parsed.would_be).toEqual({ decision: "deny", reason: "RuleDenied", rule: "rules.x" });
  const long = line({ wouldBe: { ...wouldBe, rule: "r".repeat(100_000) } });
  expect(long.length).toBeLessThan(2000);
});

Deno.test("LineBuilder writes which resources and prompts are named, and how many more", () => {
  const parsed = JSON.parse(line({
    ...{ resources: ["file:///a.md"], resourcesOmitted: 2, prompts: ["greet"] },
  }));
  expect(parsed).toMatchObject({
    ...{ resources: ["file:///a.md"], resources_omitted: 2, prompts: ["greet"] },
  });
  // What has no canonical form is none that could be named, which is not the same as an old record.
  expect(line({ resources: [] })).toContain('"resources":[]');
  expect(line({})).not.toContain("resources");
});

Deno.test("LineBuilder spells each time once and rightly", () => {
  const builder = new LineBuilder(SHA256);
  const times = [0, 1, 1, 0, 1795348800000, -1, 8.64e15];
  for (const ts of times) {
    const built = builder.build(boundRecord(record({ ts })));
    expect(JSON.parse(built).ts).toBe(new Date(ts).toISOString());
  }
});

Deno.test("boundRecord() refuses a time that is none", () => {
  for (const ts of [NaN, Infinity, 8.64e15 + 1]) {
    expect(() => boundRecord(record({ ts }))).toThrow(RangeError);
  }
});

Deno.test("LineBuilder hashes the canonical form, by the chosen algorithm, and writes no contents", () => {
  // Members out of order, a number in an odd spelling: RFC 8785 sorts and normalises.
  const request = new JsonObject(["b", "a"], ["top-secret", new JsonNumber("1.0e2")]);
  const canonical = '{"a":100,"b":"top-secret"}';
  for (const alg of ["sha256", "sha384", "sha512"] as const) {
    const built = line({ request, response: null }, { enabled: true, alg });
    const digest = (text: string): string => `${alg}:${createHash(alg).update(text).digest("hex")}`;
    expect(JSON.parse(built)).toMatchObject({
      request_hash: digest(canonical),
      response_hash: digest("null"),
    });
    expect(built).not.toContain("secret");
  }
  const off = line({ request, response: request }, { enabled: false, alg: "sha256" });
  expect(Object.keys(JSON.parse(off)).filter((k) => k.includes("hash"))).toEqual([]);
  expect(off).not.toContain("secret");
});

Deno.test("LineBuilder makes one line of names that try to make two", () => {
  const fake = '","decision":"allow"}\n{"ts":"2026-01-01T00:00:00.000Z","identity":"root"';
  const tricks = [
    fake,
    `x\r\n${fake}`,
    "x\u2028y\u2029z\u0085",
    "\u202ecod.exe\u202c",
    "a\u0000\u001b[2Kb",
    "\ud800",
    '\\"},{',
  ];
  for (const trick of tricks) {
    const built = line({
      tool: trick,
      identity: trick,
      method: trick,
      rule: trick,
      detail: trick,
      id: trick,
      findings: [{ rule_id: trick, severity: "low", reason: trick, where: trick }],
      context: { transport: trick, session: trick, remote: trick, requestId: trick },
    });
    expect(built.indexOf("\n")).toBe(built.length - 1);
    const parsed = JSON.parse(built);
    expect(parsed).toMatchObject({ tool: trick, identity: trick, detail: trick, remote: trick });
    expect(parsed.findings[0].where).toBe(trick);
    expect(parsed.decision).toBe("allow");
    // deno-lint-ignore no-control-regex
    expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/.test(built)).toBe(
      false,
    );
  }
});

Deno.test("LineBuilder gives any string back, on one line", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 128 }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 128 }).map((units) =>
      String.fromCharCode(...units)
    ),
  ).filter((t) => t.length <= 128);
  fc.assert(
    fc.property(text, text, text, text, (a, b, c, d) => {
      const built = line({
        identity: a,
        tool: b,
        method: c,
        detail: d,
        rule: a,
        id: b,
        findings: [{ rule_id: c, severity: "high", reason: d }],
        context: { transport: a, session: b, remote: c, requestId: d },
      });
      expect(built.indexOf("\n")).toBe(built.length - 1);
      expect(JSON.parse(built)).toMatchObject({
        identity: a,
        tool: b,
        method: c,
        detail: d,
        rule: a,
        id: b,
        findings: [{ rule_id: c, severity: "high", reason: d }],
        transport: a,
        session: b,
        remote: c,
        request_id: d,
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("LineBuilder bounds every line, whatever is sent (AUD-018)", () => {
  // Each of these takes the most bytes per unit: as it is, escaped by JSON, escaped by us, in UTF-8.
  for (const unit of ["a", "\u0001", "\u202e", "東", "😀", "\ud800"]) {
    const long = unit.repeat(1_000_000 / unit.length);
    const finding = { rule_id: long, severity: "high", reason: long, where: long } as const;
    const built = line({
      identity: long,
      tool: long,
      method: long,
      rule: long,
      detail: long,
      id: long,
      findings: new Array(1000).fill(finding),
      context: { transport: long, session: long, remote: long, requestId: long },
      resources: new Array(16).fill(long),
      prompts: new Array(16).fill(long),
    });
    expect(new TextEncoder().encode(built).length).toBeLessThanOrEqual(MAX_LINE_BYTES);
    const parsed = JSON.parse(built);
    expect(parsed.tool).toBe(unit.repeat(256 / unit.length) + "…[+999744]");
    expect((parsed.findings?.length ?? 0) + parsed.findings_omitted).toBe(1000);
    expect((parsed.resources?.length ?? 0) + (parsed.resources_omitted ?? 0)).toBe(16);
  }
  const small = { rule_id: "r", severity: "low", reason: "x" } as const;
  const parsed = JSON.parse(line({ findings: new Array(40).fill(small) }));
  expect(parsed.findings.length).toBe(40);
  expect(parsed.findings_omitted).toBe(undefined);
});
