// Library users get the proxy's own parts (audit file, attestation, Redis), or bring theirs: every public port replaced.

import { expect } from "expect";
import {
  type AuditRecord,
  type AuditSink,
  type Authenticator,
  DependencyFailed,
  type Detector,
  Guard,
  loadPolicy,
  memoryLimiter,
  memorySink,
  parsePolicy,
  PolicyDenied,
  type RateKey,
  type RateLimiter,
  systemClock,
  toPlain,
  Unauthorized,
} from "@mcpguard/mcpguard";
import { policyFile } from "../kit/policy.ts";
import { redisTest, startRedis } from "../kit/redis.ts";

Deno.test("the library writes the policy's audit file, with hashes, rotated by size", async () => {
  await using file = await policyFile("");
  const path = `${file.folder}/audit.jsonl`;
  await Deno.writeTextFile(
    file.path,
    `version: 1
logging: { output: file, file_path: "${path}", rotate_bytes: 2000 }
attestation: { enabled: true, alg: sha384 }
`,
  );
  const policy = await loadPolicy(file.path);
  {
    await using guard = new Guard({ policy });
    const add = guard.wrapTool({ toolName: "add" }, (args: { a: number }) => args.a + 1);
    for (let a = 0; a < 5; a++) expect(await add({ a }, { identity: "alice" })).toBe(a + 1);
    expect((await Deno.stat(path)).mode! & 0o777).toBe(0o600);
  }
  const names = [...Deno.readDirSync(file.folder)].map((e) => e.name).filter((n) =>
    /audit/.test(n)
  );
  expect(names.length).toBeGreaterThan(1);
  const lines = names.flatMap((name) =>
    Deno.readTextFileSync(`${file.folder}/${name}`).trimEnd().split("\n").map((l) => JSON.parse(l))
  );
  expect(lines.filter((l) => l.event === "decision" && l.request_hash.startsWith("sha384:")).length)
    .toBe(5);
  expect(lines.filter((l) => l.event === "outcome" && l.response_hash.startsWith("sha384:")).length)
    .toBe(5);
  // The same call twice has the same hash: it is over the content, nothing else.
  expect(new Set(lines.filter((l) => l.event === "decision").map((l) => l.request_hash)).size)
    .toBe(5);
});

Deno.test("what cannot be recorded does not run", async () => {
  const full: AuditSink = {
    write: () => {
      throw new DependencyFailed("audit", "no space left");
    },
  };
  await using guard = new Guard({ policy: parsePolicy("version: 1", "p"), audit: full });
  let ran = false;
  const tool = guard.wrapTool({ toolName: "x" }, () => {
    ran = true;
  });
  const error = await tool({}, { identity: "alice" }).catch((e: unknown) => e) as PolicyDenied;
  expect(error.decision).toMatchObject({ reason: "DependencyFailed", rule: "dependency.audit" });
  expect(ran).toBe(false);
});

redisTest(
  "two guards of two programs share the limit in Redis, and deny when it is gone",
  async () => {
    await using redis = await startRedis({ password: "redis-password" });
    const policy = (onError: string) =>
      parsePolicy(
        `version: 1
rate_limit:
  { capacity: 3, refill_rate_per_sec: 0.001, backend: redis, redis_dsn: "env:DSN", on_error: ${onError} }
`,
        "policy.yaml",
      );
    const said: string[] = [];
    const options = { env: () => redis.dsn, report: (message: string) => said.push(message) };
    const audit = memorySink();
    const one = new Guard({ policy: policy("deny"), audit, ...options });
    const two = new Guard({ policy: policy("local"), audit, ...options });
    try {
      await one.connect();
      const calls = await Promise.all(
        [one, two, one, two, one, two].map((guard) => guard.check({ identity: "a", tool: "t" })),
      );
      expect(calls.filter((d) => d.allowed)).toHaveLength(3);
      expect(calls.filter((d) => d.reason === "RateLimitExceeded")).toHaveLength(3);

      await redis.kill();
      expect(await one.check({ identity: "b", tool: "t" })).toMatchObject({
        ...{ allowed: false, reason: "DependencyFailed", rule: "dependency.redis" },
      });
      expect(await two.check({ identity: "b", tool: "t" })).toMatchObject({
        allowed: true,
        findings: [{ rule_id: "rate_limit_local" }],
      });
      expect(said.join("\n")).toContain("rate limiter: redis at 127.0.0.1");
      expect(JSON.stringify([said, audit.records])).not.toContain("redis-password");
    } finally {
      await one.close();
      await two.close();
    }
  },
);

const POLICY = parsePolicy(
  `version: 1
auth: { mode: api_key, allowed_keys: [never-used] }
tools: { deny: ["admin/*"] }
rate_limit: { capacity: 5, refill_rate_per_sec: 0 }
`,
  "policy.yaml",
);

Deno.test("every public port can be the user's own", async (t) => {
  const seen: string[] = [];
  const records: AuditRecord[] = [];
  const taken: RateKey[] = [];
  let closed = 0;

  /** Refuses texts that ask for a password. */
  const detector: Detector = {
    name: "passwords",
    inspect: (inquiry) => {
      seen.push(...inquiry.texts.map((text) => text.text));
      const hit = inquiry.texts.some((text) => text.text.includes("password"));
      const finding = { rule_id: "password", severity: "high", reason: "asks for it" } as const;
      return { findings: hit ? [finding] : [], deny: hit };
    },
  };
  const audit: AuditSink = {
    write: (record) => void records.push(record),
    close: () => void closed++,
  };
  const buckets = memoryLimiter({ clock: systemClock });
  const limiter: RateLimiter = {
    take: (key) => {
      taken.push(key);
      return buckets.take({ ...key, capacity: 2 });
    },
    close: () => void closed++,
  };
  const authenticator: Authenticator = {
    authenticate: ({ headers }) => {
      const token = headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
      return token === "Bearer sesame"
        ? { ok: true, identity: { id: "ali", roles: ["thief"], method: "bearer" } }
        : { ok: false, status: 401, code: "auth.invalid", message: "No such word" };
    },
  };
  const guard = new Guard({
    policy: POLICY,
    audit,
    limiter,
    authenticator,
    detectors: [detector],
    clock: { now: () => 42, monotonic: () => 0 },
    ids: { next: () => `id-${records.length}` },
  });
  const open = guard.wrapTool({ toolName: "cave.open" }, () => "open");
  const ALI = { credentials: { bearer: "sesame" } };

  await t.step("Authenticator", async () => {
    expect(await open({}, ALI)).toBe("open");
    expect(records[0]).toMatchObject({ id: "id-0", ts: 42, identity: "ali", tool: "cave.open" });
    await expect(open({}, { credentials: { bearer: "barley" } })).rejects.toThrow(Unauthorized);
  });
  await t.step("Detector: asked after the lists, before a token is taken", async () => {
    const before = taken.length;
    const error = await open({}, { ...ALI, prompt: "the password?" }).catch((e: unknown) => e);
    expect((error as PolicyDenied).decision).toMatchObject({
      rule: "detectors.passwords",
      findings: [{ rule_id: "password" }],
    });
    await guard.check({ identity: "x", tool: "admin.x", prompt: "never shown to the detector" });
    expect(seen).toContain("the password?");
    expect(seen).not.toContain("never shown to the detector");
    expect(taken).toHaveLength(before);
  });
  await t.step("RateLimiter: gets the policy's size, and its verdict counts", async () => {
    expect(await open({}, ALI)).toBe("open");
    const error = await open({}, ALI).catch((e: unknown) => e);
    expect((error as PolicyDenied).decision.reason).toBe("RateLimitExceeded");
    expect(taken.at(-1)).toMatchObject({ identity: "ali", capacity: 5, refillPerSec: 0 });
  });
  await t.step("AuditSink: decisions, outcomes and what they were about", () => {
    expect(records.map((r) => `${r.event} ${r.decision}`)).toEqual([
      ...["decision allow", "outcome ok", "decision deny", "decision deny", "decision deny"],
      ...["decision allow", "outcome ok", "decision throttle"],
    ]);
    expect(toPlain(records[0]!.request!)).toMatchObject({ type: "tool_call", tool: "cave.open" });
  });
  await t.step("close() leaves the user's parts alone", async () => {
    await guard.close();
    expect(closed).toBe(0);
  });
});

Deno.test("a port that fails denies, and says which", async (t) => {
  const boom = (): never => {
    throw new Error("a secret text");
  };
  const cases: [
    name: string,
    options: Partial<ConstructorParameters<typeof Guard>[0]>,
    rule: string,
  ][] = [
    ["a detector", { detectors: [{ name: "d", inspect: boom }] }, "internal"],
    ["a limiter", { limiter: { take: boom } }, "internal"],
    [
      "a limiter that says so",
      { limiter: { take: () => Promise.reject(new DependencyFailed("shop", "closed")) } },
      "dependency.shop",
    ],
    ["a sink", { audit: { write: boom } }, "internal"],
  ];
  for (const [name, options, rule] of cases) {
    await t.step(name, async () => {
      await using guard = new Guard({ policy: POLICY, audit: memorySink(), ...options });
      const decision = await guard.check({ identity: "alice", tool: "x" });
      expect(decision).toMatchObject({ allowed: false, rule });
      expect(JSON.stringify(decision)).not.toContain("secret");
    });
  }
});
