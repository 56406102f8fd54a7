import { expect } from "expect";
import fc from "fast-check";
import { createLogger } from "../audit/mod.ts";
import { systemClock } from "../clocks.ts";
import type { Identity } from "../guard/mod.ts";
import { lintPolicy, type Policy } from "../policy/mod.ts";
import { readPolicyFile } from "../policy_file.ts";
import { wirePorts } from "../wiring.ts";
import { LiveGuard, PolicyGuard } from "./live_guard.ts";
import { firstPolicy } from "./policy_life.ts";
import { Reloader } from "./reload.ts";
import { watchingWarnings } from "./watching.ts";

/** A policy file with everything around it that a running command has, and nothing that waits. */
class Bench implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly path: string,
    readonly live: LiveGuard,
    readonly reloader: Reloader,
    readonly said: string[],
    readonly outcomes: string[],
  ) {}

  static async start(
    policy: string,
    vet: (policy: Policy) => readonly string[] = () => [],
  ): Promise<Bench> {
    const folder = await Deno.makeTempDir({ prefix: "mcpguard-reload-" });
    const path = `${folder}/policy.yaml`;
    await Deno.writeTextFile(path, policy.replaceAll("FOLDER", folder));
    const said: string[] = [];
    const outcomes: string[] = [];
    const logger = createLogger({
      ...{ level: "INFO", format: "text", clock: systemClock },
      writer: { write: (line) => (said.push(line), Promise.resolve()) },
    });
    const first = await firstPolicy(path);
    const wired = wirePorts(first.policy);
    const live = new LiveGuard(new PolicyGuard(first.policy, wired.ports, first.read.digest));
    const reloader = new Reloader({
      ...{ path, read: first.read, live, wired, given: {}, logger, settleMs: 0, vet },
      count: (outcome) => outcomes.push(outcome),
    });
    return new Bench(folder, path, live, reloader, said, outcomes);
  }

  async write(policy: string): Promise<void> {
    await Deno.writeTextFile(this.path, policy.replaceAll("FOLDER", this.folder));
  }

  /** The lines of the audit file. */
  async lines(name = "audit.jsonl"): Promise<Record<string, unknown>[]> {
    const text = await Deno.readTextFile(`${this.folder}/${name}`);
    return text.trim().split("\n").map((line) => JSON.parse(line));
  }

  async call(tool: string, identity = "alice"): Promise<string> {
    const who: Identity = { id: identity, roles: [], method: "local" };
    const decision = await this.live.current.decide({
      ...{ identity: who, direction: "c2s", method: "tools/call", known: true, tool },
      names: [{ kind: "tool", name: tool, where: "params.name" }],
      ...{ uris: [], texts: [], metered: true },
    });
    return decision.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reloader.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const LOG = "logging: { output: file, file_path: FOLDER/audit.jsonl }\n";
const POLICY = `version: 1
default: deny
auth: { mode: api_key, allowed_keys: [{ key: key-of-alice, identity: alice }, { key: key-of-bob, identity: bob }] }
tools: { allow: ["calc/*"], deny: ["admin/*"] }
rate_limit: { capacity: 3, refill_rate_per_sec: 0 }
${LOG}policy_end: true
`;

Deno.test("Reloader puts a new policy in force and records both digests", async () => {
  await using bench = await Bench.start(POLICY);
  expect(await bench.call("calc.add")).toBe("Allowed");
  const before = bench.live.current;
  expect(await bench.reloader.reload()).toBe("same");
  await bench.write(POLICY.replace("calc/*", "math/*"));
  expect(await bench.reloader.reload()).toBe("reloaded");
  expect(bench.live.current).not.toBe(before);
  expect(await bench.call("calc.add")).toBe("ToolDenied");
  expect(await bench.call("math.add")).toBe("Allowed");
  const [first, event, denied, last] = await bench.lines();
  expect(event).toMatchObject({
    ...{ event: "event", detail: "policy.reloaded" },
    policy: bench.live.current.digest,
    previous_policy: before.digest,
  });
  expect(bench.live.current.digest).toBe((await readPolicyFile(bench.path)).digest);
  expect(before.digest.startsWith(first!.policy as string)).toBe(true);
  expect(bench.live.current.digest.startsWith(last!.policy as string)).toBe(true);
  expect([denied!.policy, first!.policy]).toEqual([
    last!.policy,
    expect.not.stringMatching(last!.policy as string),
  ]);
});

Deno.test("Reloader leaves the old policy standing for 1,000 damaged files", async () => {
  await using bench = await Bench.start(POLICY);
  const before = bench.live.current;
  const whole = (await Deno.readTextFile(bench.path)).trimEnd();
  const junk = ["\0", "\t", "{", "[", "]", "'", ": ", "\u2028", "&a ", "*a ", "- ", "version: 1\n"];
  const damage = fc.tuple(
    fc.nat(whole.length - 1),
    fc.nat(20),
    fc.constantFrom(...junk, "x".repeat(100)),
    fc.constantFrom("cut", "drop", "insert", "overwrite", "repeat"),
  ).map(([at, length, text, how]) => {
    const [head, tail] = [whole.slice(0, at), whole.slice(at)];
    if (how === "cut") return head;
    if (how === "drop") return head + tail.slice(length + 1);
    if (how === "insert") return head + text + tail;
    if (how === "repeat") return whole + head;
    return head + text + tail.slice(text.length);
  });
  let refused = 0;
  for (const text of fc.sample(damage, { numRuns: 6000 })) {
    // What damage leaves a right policy with its end is one, and is no case of this test.
    const { policy } = lintPolicy(text, "p");
    if (policy?.marked) continue;
    await bench.write(text);
    expect([text, await bench.reloader.reload()]).not.toEqual([text, "reloaded"]);
    expect(bench.live.current).toBe(before);
    if (++refused === 1000) break;
  }
  expect(refused).toBe(1000);
  expect(bench.reloader.current).toBe(false);
  expect(await bench.call("calc.add")).toBe("Allowed");
  await bench.write(`${whole}\n# right again\n`);
  expect(await bench.reloader.reload()).toBe("reloaded");
  expect(bench.reloader.current).toBe(true);
});

Deno.test("Reloader says where a file is wrong, once", async () => {
  await using bench = await Bench.start(POLICY);
  await bench.write("version: 1\ntool: {}\n");
  expect(await bench.reloader.reload()).toBe("rejected");
  expect(await bench.reloader.reload()).toBe("same");
  expect(bench.said.join("")).toContain(`${bench.path}:2:1: tool: unknown key`);
  expect(bench.said.join("")).toContain("the policy in force stays");
  expect(bench.outcomes).toEqual(["rejected"]);
  const [line] = await bench.lines();
  expect(line).toMatchObject({
    detail: "policy.reload_rejected",
    previous_policy: bench.live.current.digest,
  });
  await Deno.remove(bench.path);
  expect(await bench.reloader.reload(true)).toBe("rejected");
  expect(bench.said.join("")).toContain("does not exist");
});

Deno.test("Reloader keeps buckets when their size changes, and the closed sink closed", async () => {
  await using bench = await Bench.start(POLICY);
  for (let i = 0; i < 3; i++) await bench.call("calc.add");
  await bench.write(POLICY.replace("capacity: 3", "capacity: 4"));
  expect(await bench.reloader.reload()).toBe("reloaded");
  // Three of four are spent: a reload is no way to a fresh bucket.
  expect(await bench.call("calc.add")).toBe("RateLimitExceeded");
  await bench.write(POLICY.replace(/rate_limit.*\n/, ""));
  expect(await bench.reloader.reload()).toBe("reloaded");
  for (let i = 0; i < 9; i++) expect(await bench.call("calc.add")).toBe("Allowed");
});

Deno.test("Reloader hands the audit over: to another file, and to the same one with other settings", async () => {
  await using bench = await Bench.start(POLICY);
  await bench.call("calc.add");
  await bench.write(POLICY.replace("audit.jsonl", "second.jsonl"));
  expect(await bench.reloader.reload()).toBe("reloaded");
  await bench.call("calc.add");
  await bench.write(
    POLICY.replace("audit.jsonl }", "second.jsonl, rotate_bytes: 5000 }").replace(
      "policy_end",
      "attestation: { enabled: true }\npolicy_end",
    ),
  );
  const calls = Array.from({ length: 20 }, () => bench.call("admin.x"));
  const reloaded = bench.reloader.reload();
  for (let i = 0; i < 20; i++) calls.push(bench.call("admin.x"));
  expect(await reloaded).toBe("reloaded");
  for (let i = 0; i < 20; i++) calls.push(bench.call("admin.x"));
  expect(new Set(await Promise.all(calls))).toEqual(new Set(["ToolDenied"]));
  const old = await bench.lines();
  expect(old.map((line) => line.detail ?? line.reason)).toEqual(["Allowed", "policy.reloaded"]);
  const files = [...Deno.readDirSync(bench.folder)].map((f) => f.name).filter((n) =>
    n.startsWith("second")
  );
  const lines = (await Promise.all(files.map((name) => bench.lines(name)))).flat();
  expect(lines.filter((line) => line.reason === "ToolDenied").length).toBe(60);
  expect(lines.filter((line) => line.detail === "policy.reloaded").length).toBe(1);
});

Deno.test("Reloader refuses a policy whose parts cannot be made, and leaks none of them", async () => {
  await using bench = await Bench.start(POLICY);
  const redis = "backend: redis, redis_dsn: 'redis://127.0.0.1:9/0', ";
  await bench.write(
    POLICY.replace("rate_limit: { ", `rate_limit: { ${redis}`)
      .replace("FOLDER/audit.jsonl", "FOLDER/none/audit.jsonl"),
  );
  expect(await bench.reloader.reload()).toBe("rejected");
  await bench.write(POLICY.replace("key-of-bob", "env:NOT_SET_HERE"));
  expect(await bench.reloader.reload()).toBe("rejected");
  expect(bench.said.join("")).toContain("allowed_keys[1]: environment variable");
  expect(await bench.call("calc.add")).toBe("Allowed");
});

Deno.test("Reloader's new authenticator knows whose key stands", async () => {
  await using bench = await Bench.start(POLICY);
  const who = async (key: string): Promise<Identity> => {
    const verdict = await bench.live.current.authenticate({ headers: [["X-API-Key", key]] });
    if (!verdict.ok) throw new Error("expected an identity");
    return verdict.identity;
  };
  const [alice, bob] = [await who("key-of-alice"), await who("key-of-bob")];
  const stands = (one: Identity): boolean => bench.live.current.ports.authenticator.stands!(one);
  expect([stands(alice), stands(bob)]).toEqual([true, true]);
  await bench.write(POLICY.replace("identity: alice", "identity: alice, roles: [admin]"));
  await bench.reloader.reload();
  expect([stands(alice), stands(bob)]).toEqual([false, true]);
  await bench.write(POLICY.replace(/, \{ key: key-of-bob[^}]*\}/, ""));
  await bench.reloader.reload();
  expect([stands(alice), stands(bob)]).toEqual([true, false]);
});

Deno.test("Reloader reads key files again at SIGHUP, though the policy says the same", async () => {
  await using bench = await Bench.start("version: 1\n" + LOG);
  const { Issuer, jwtAuth } = await import("../../tests/kit/issuer.ts");
  const [old, fresh] = [await Issuer.create(), await Issuer.create()];
  const keys = (issuer: typeof old): Promise<void> =>
    Deno.writeTextFile(`${bench.folder}/keys.json`, JSON.stringify({ keys: [issuer.jwk] }));
  await keys(old);
  await bench.write(`version: 1\n${jwtAuth("jwks_file: keys.json")}${LOG}`);
  expect(await bench.reloader.reload()).toBe("reloaded");
  const ask = async (issuer: typeof old): Promise<boolean> =>
    (await bench.live.current.authenticate({
      headers: [["Authorization", `Bearer ${await issuer.token()}`]],
    })).ok;
  expect([await ask(old), await ask(fresh)]).toEqual([true, false]);
  await keys(fresh);
  expect(await bench.reloader.reload()).toBe("same");
  expect(await bench.reloader.reload(true)).toBe("reloaded");
  expect([await ask(old), await ask(fresh)]).toEqual([false, true]);
});

Deno.test("a reload cannot turn a guard that must protect into one that only watches", async () => {
  const policy = "version: 1\ntools: { deny: [wipe] }\n";
  for (const production of [true, false]) {
    await using bench = await Bench.start(policy, (one) => watchingWarnings(one, production));
    await bench.write(`${policy}mode: monitor\n`);
    expect(await bench.reloader.reload()).toBe(production ? "rejected" : "reloaded");
    const said = bench.said.join("\n");
    expect(said).toContain(production ? "the policy only watches" : "THIS GUARD BLOCKS NOTHING");
    expect(bench.live.current.policy.mode).toBe(production ? "enforce" : "monitor");
  }
});
