// What only real processes show: a pipe that nobody reads, a pipe that is closed, several processes with one file.

import { expect } from "expect";
import { parseLines } from "./testing.ts";

const AUDIT = new URL("./mod.ts", import.meta.url).href;

const PRELUDE = `
import { createAuditSink, createLogger, createStderrWriter } from ${JSON.stringify(AUDIT)};
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const record = (id) => ({ event: "decision", ts: Date.now(), id, identity: "alice", tool: "t", method: "tools/call",
  direction: "c2s", decision: "allow", reason: "Allowed", rule: null, findings: [] });
const stderr = { level: "INFO", output: "stderr", filePath: null, rotateBytes: 1e7, resources: true };
const off = { enabled: false, alg: "sha256" };
const say = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\\n"));
`;

function start(code: string, permissions: string[]): Deno.ChildProcess {
  const source = `data:text/javascript,${encodeURIComponent(PRELUDE + code)}`;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--ignore-env", ...permissions, source],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const READ = `--allow-read=${CHECKOUT}`;

Deno.test("the sink lives with a standard error that nobody reads: bounded, refusing, not blocked", async () => {
  // No permission at all is needed for standard error.
  const child = start(
    `
    const sink = createAuditSink(stderr, off, { clock, queueUnits: 300_000, closeMs: 50 });
    const writes = [];
    for (let i = 0; i < 2000; i++) writes.push(Promise.resolve(sink.write(record("d-" + i))));
    const first = await Promise.race(writes.map((w) => w.then(() => "kept", (e) => e.dependency)));
    say("alive " + first + " healthy " + sink.healthy());
    // Too much for the pipe: closing gives up instead of hanging.
    const closing = sink.close();
    const results = await Promise.allSettled(writes);
    await closing;
    say("rejected " + results.filter((r) => r.status === "rejected").length);
    Deno.exit(0);
    `,
    [READ],
  );
  const stdout = await new Response(child.stdout).text();
  expect((await child.status).code).toBe(0);
  await child.stderr.cancel();
  const lines = stdout.trim().split("\n");
  expect(lines[0]).toBe("alive audit healthy false");
  expect(lines[1]).toMatch(/^rejected [0-9]+$/);
  // The queue takes 300,000 units, the pipe at most 64 KiB of them; a record has more than 150.
  expect(Number(lines[1]!.slice(9))).toBeGreaterThan(500);
});

Deno.test("the sink says that standard error was closed", async () => {
  const child = start(
    `
    const buffer = new Uint8Array(1);
    await Deno.stdin.read(buffer);
    const sink = createAuditSink(stderr, off, { clock });
    const result = await Promise.resolve(sink.write(record("d-1"))).then(() => "kept", (e) => e.message);
    say(result);
    `,
    [READ],
  );
  await child.stderr.cancel();
  const stdout = await new Response(child.stdout).text();
  await child.status;
  expect(stdout).toBe("The audit record could not be written: EPIPE\n");
});

Deno.test("the audit and the program log share standard error without tearing lines", async () => {
  const child = start(
    `
    const writer = createStderrWriter();
    const sink = createAuditSink(stderr, off, { clock, stderr: writer });
    const logger = createLogger({ level: "INFO", format: "json", writer, clock });
    for (let i = 0; i < 2000; i++) {
      const kept = sink.write(record("d-" + i));
      logger.info("message " + i + "x".repeat(i % 500));
      if (i % 50 === 0) await kept;
    }
    await sink.close();
    `,
    [READ],
  );
  const { stderr, success } = await child.output();
  expect(success).toBe(true);
  const lines = parseLines(new TextDecoder().decode(stderr));
  expect(lines.filter((l) => l.event === "decision").map((l) => l.id)).toEqual(
    Array.from({ length: 2000 }, (_, i) => `d-${i}`),
  );
  expect(lines.filter((l) => l.level === "INFO")).toHaveLength(2000);
});

Deno.test("three processes append to one file and rotate it, every record exactly once", async () => {
  const dir = Deno.makeTempDirSync({ prefix: "mcpguard-audit-" });
  try {
    const path = `${dir}/audit.jsonl`;
    // About 180 bytes a record, 3,000 records: 540 kB in at most four files of 180 kB.
    const code = (name: string): string => `
      const logging = { level: "INFO", output: "file", filePath: ${
      JSON.stringify(path)
    }, rotateBytes: 180_000 };
      const sink = createAuditSink(logging, off, { clock, report: say });
      for (let i = 0; i < 1000; i++) await sink.write(record("${name}-" + i));
      await sink.close();
    `;
    const children = ["a", "b", "c"].map((name) =>
      start(code(name), [READ + "," + dir, `--allow-write=${dir}`]).output()
    );
    for (const { success, stdout, stderr } of await Promise.all(children)) {
      expect(new TextDecoder().decode(stderr)).toBe("");
      expect(new TextDecoder().decode(stdout)).toBe("");
      expect(success).toBe(true);
    }
    const files = [...Deno.readDirSync(dir)].map((e) => e.name).sort();
    expect(files.length).toBeGreaterThan(2);
    const ids = files.flatMap((f) =>
      parseLines(Deno.readTextFileSync(`${dir}/${f}`)).map((l) => l.id)
    );
    const expected = ["a", "b", "c"].flatMap((name) =>
      Array.from({ length: 1000 }, (_, i) => `${name}-${i}`)
    );
    expect(ids.sort()).toEqual(expected.sort());
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
