// `deno task demo`: the quickstart for real. An example server, the guard in front of it as a program of its own,
// and calls that pass, are denied, or are throttled; then the audit lines they left.

import { startServer } from "./server.ts";

const COLOUR = Deno.stdout.isTerminal() && !Deno.noColor;
const paint = (code: number, text: string): string => COLOUR ? `\x1b[${code}m${text}\x1b[0m` : text;
const [BOLD, DIM, RED, GREEN, YELLOW, CYAN] = [1, 2, 31, 32, 33, 36];
const HERE = (name: string): string => `${import.meta.dirname}/${name}`;
const KEY = "demo-key";

/** One line of the audit. */
interface AuditLine {
  event: string;
  identity: string;
  tool: string | null;
  decision: string;
  reason: string;
  findings: { rule_id: string }[];
}

/** The guard's standard error, split into its own messages and audit lines. */
class GuardOutput {
  readonly audit: string[] = [];
  #waiting: { test: (line: string) => boolean; resolve: (line: string) => void }[] = [];
  readonly #lines: string[] = [];
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    void this.#read(stream);
  }

  /** The first line, past or to come, that passes the test. */
  line(test: (line: string) => boolean): Promise<string> {
    const known = this.#lines.find(test);
    if (known !== undefined) return Promise.resolve(known);
    if (this.#ended) return Promise.reject(new Error("the guard has stopped"));
    return new Promise((resolve) => this.#waiting.push({ test, resolve }));
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        this.#lines.push(line);
        if (line.startsWith("{")) this.audit.push(line);
        const ready = this.#waiting.filter((w) => w.test(line));
        this.#waiting = this.#waiting.filter((w) => !ready.includes(w));
        for (const w of ready) w.resolve(line);
      }
    }
    this.#ended = true;
  }
}

/** Sends one small frame by POST, and shows what came back. */
async function call(
  url: string,
  title: string,
  frame: Record<string, unknown>,
  key: string = KEY,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-API-Key": key },
    body: JSON.stringify({ type: "tool_call", ...frame }),
  });
  const answer = await response.json() as Record<string, unknown>;
  const ok = answer.type === "tool_result";
  console.log(`${paint(BOLD, title)}`);
  console.log(`  ${paint(DIM, "->")} ${JSON.stringify(frame)}`);
  const verdict = paint(ok ? GREEN : RED, ok ? "ALLOWED" : String(answer.error));
  console.log(
    `  ${paint(DIM, "<-")} ${response.status} ${verdict} ${
      ok ? `result ${JSON.stringify(answer.result)}` : String(answer.message)
    }`,
  );
  return answer;
}

/** Lists the tools over MCP: the guard shows a client only what it may use. */
async function listTools(url: string): Promise<string[]> {
  const socket = new WebSocket(url, { headers: { "X-API-Key": KEY } });
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const answer = new Promise<string>((resolve) => {
    socket.onmessage = (event) => resolve(String(event.data));
  });
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }));
  const list = JSON.parse(await answer) as { result: { tools: { name: string }[] } };
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  return list.result.tools.map((tool) => tool.name);
}

function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(`the demo went wrong: ${what}`);
}

function showAudit(line: string): void {
  const record = JSON.parse(line) as AuditLine;
  const colour = record.decision === "allow" || record.decision === "ok"
    ? GREEN
    : record.decision === "throttle"
    ? YELLOW
    : RED;
  console.log(`  ${paint(colour, record.decision.padEnd(8))} ${paint(CYAN, record.reason)}`);
  console.log(`  ${paint(DIM, line)}`);
}

const server = startServer(0);
const guard = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    "--quiet",
    "--no-prompt",
    "--allow-net=127.0.0.1",
    `--allow-read=${HERE("policy.yaml")}`,
    "--ignore-env",
    HERE("../main.ts"),
    "proxy",
    "--policy",
    HERE("policy.yaml"),
    "--target",
    `ws://127.0.0.1:${server.addr.port}`,
    "--port",
    "0",
    "--admin",
    "127.0.0.1:0",
  ],
  stdin: "null",
  stdout: "null",
  stderr: "piped",
}).spawn();

try {
  const output = new GuardOutput(guard.stderr);
  const listening = await output.line((line) => line.includes("listening on "));
  const port = /127\.0\.0\.1:([0-9]+)\/ws/.exec(listening)?.[1];
  console.log(paint(DIM, listening));
  console.log();
  const url = `http://127.0.0.1:${port}/call`;

  const visible = await listTools(`ws://127.0.0.1:${port}/ws`);
  console.log(paint(BOLD, "0. What an MCP client sees (the server also has admin.echo-env)"));
  console.log(`  ${paint(DIM, "<-")} ${visible.join(", ")}`);
  expectThat("the list is filtered", visible.join() === "calculator.add");

  const sum = { tool: "calculator.add", args: { a: 2, b: 3 }, identity: "alice" };
  const added = await call(url, "1. An allowed tool", sum);
  expectThat("2 + 3 is 5", added.result === 5);

  const admin = await call(url, "2. A denied tool", { tool: "admin.echo-env", args: {} });
  expectThat("admin is denied", admin.error === "PolicyDenied");

  const attacks = (await Deno.readTextFile(HERE("attacks.txt"))).split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  for (const [i, prompt] of attacks.entries()) {
    const blocked = await call(url, `3.${i + 1} A prompt that attacks`, { ...sum, prompt });
    expectThat("the prompt is blocked", blocked.error === "PolicyDenied");
  }

  const resource = await call(url, "4. A resource that is denied", {
    ...sum,
    resources: ["file:///home/alice/project/../.env"],
  });
  expectThat("the resource is denied", resource.error === "PolicyDenied");

  const stranger = await call(url, "5. A wrong key", sum, "not-the-key");
  expectThat("the key is refused", stranger.error === "Unauthorized");

  let throttled: Record<string, unknown> = {};
  let passed = 1;
  console.log(paint(BOLD, "6. The rate limit: 30 calls, then one a second"));
  while (throttled.error === undefined && passed < 100) {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-API-Key": KEY },
      body: JSON.stringify({ type: "tool_call", ...sum }),
    });
    const answer = await response.json() as Record<string, unknown>;
    if (answer.error === undefined) passed++;
    else throttled = answer;
  }
  console.log(
    `  ${paint(DIM, "<-")} ${passed} calls passed, then ${
      paint(YELLOW, "THROTTLED")
    } ${throttled.message}`,
  );
  expectThat(
    "the limit is reached",
    (throttled.details as { reason?: string } | undefined)?.reason === "RateLimitExceeded",
  );
  await output.line((line) => line.includes('"decision":"throttle"'));

  console.log();
  console.log(paint(BOLD, "The audit lines of calls 1 to 6 (repeats left out):"));
  const shown = new Set<string>();
  for (const line of output.audit) {
    const { decision, reason, tool } = JSON.parse(line) as AuditLine;
    const key = JSON.stringify([decision, reason, tool]);
    if (shown.has(key)) continue;
    shown.add(key);
    showAudit(line);
  }
  console.log();
  console.log(`Tried for real: ${paint(GREEN, "everything came out as the policy says")}.`);
} finally {
  guard.kill("SIGTERM");
  await guard.status;
  await server.shutdown();
}
