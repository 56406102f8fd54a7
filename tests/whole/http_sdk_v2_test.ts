// The official SDK's v2 client over Streamable HTTP, through the real program: with a modern server it speaks 2026-07-28
// from end to end, with a legacy one it falls back by itself, since the guard tells it the truth.

import { expect } from "expect";
import { startSdkServer } from "../fixtures/sdk_server.ts";
import { startGuard } from "../kit/guard.ts";
import { RunningProcess } from "../kit/process.ts";

const POLICY = `
version: 1
auth: { mode: none }
tools: { deny: ["admin/*"] }
`;

/** A fixture as a process of its own: the SDK's second generation stays out of the project's lock. */
function fixture(name: string, ...args: string[]): RunningProcess {
  const path = new URL(`../fixtures/${name}`, import.meta.url).pathname;
  return new RunningProcess(
    [Deno.execPath(), "run", "--quiet", "--no-lock", "--no-config", "-A", path, ...args],
  );
}

/** Runs the client to its end and returns what each step gave. */
async function lived(url: string, era: string): Promise<Record<string, unknown>> {
  await using client = fixture("sdk_v2_client.ts", url, era);
  await client.line(/"step":"end"/);
  const steps = client.lines().map((line) => JSON.parse(line));
  return Object.fromEntries(steps.map(({ step, value }) => [step, value]));
}

/** The user confirms calls and what servers ask, by the client's own forms. */
const CONFIRM = `${POLICY}
rules: [{ id: ask-first, tools: [add, ask, calculator.add, ask.human], effect: confirm }]
server_requests: { sampling: confirm, elicitation: confirm, roots: confirm }
`;

const COMMON = {
  denied: true,
  progress: 1,
  cancelled: expect.stringContaining("enough"),
  changed: true,
  many: Array.from({ length: 10 }, (_, i) => String(i + 100)),
  add: [{ type: "text", text: "3" }],
};

Deno.test("the SDK's v2 client speaks 2026-07-28 with a modern server through the guard", async () => {
  await using server = fixture("sdk_v2_http.ts");
  const [, target] = await server.line(/listening on (http:\S+)/);
  await using guard = await startGuard(POLICY, target!);
  expect(await lived(`${guard.origin}/mcp`, "modern")).toMatchObject({
    ...COMMON,
    version: "2026-07-28",
    instructions: "Modern.",
    tools: ["add", "slow", "ask", "change"],
    ask: [{ type: "text", text: "Hello Ada" }],
  });
  // The header that the client made went on with the call, and the stream that it closed was a cancellation.
  await server.line(/called add Zürich/);
  await server.line(/cancelled slow/);
  expect(server.lines()).not.toContain("called admin.drop");
});

Deno.test("the SDK's v2 client falls back to sessions with a legacy server behind the guard", async () => {
  await using server = startSdkServer();
  await using guard = await startGuard(POLICY, server.url);
  expect(await lived(`${guard.origin}/mcp`, "legacy")).toMatchObject({
    ...COMMON,
    version: "2025-11-25",
    instructions: "Use the calculator.",
    tools: ["calculator.add", "ask.human", "tool.add", "slow.count"],
    ask: [{ type: "text", text: "sampled Ada file:///r" }],
  });
  await server.cancelled;
  expect(server.calls).not.toContain("admin.echo-env");
});

Deno.test("the SDK's v2 client shows the guard's questions to its user, in both eras", async () => {
  await using modern = fixture("sdk_v2_http.ts");
  const [, target] = await modern.line(/listening on (http:\S+)/);
  await using legacy = startSdkServer();
  for (const [era, url] of [["modern", target!], ["legacy", legacy.url]] as const) {
    await using guard = await startGuard(CONFIRM, url);
    const seen = await lived(`${guard.origin}/mcp`, era);
    expect(seen).toMatchObject({
      ...COMMON,
      ask: [{ type: "text", text: era === "modern" ? "Hello Ada" : "sampled Ada file:///r" }],
    });
    expect(String(seen.confirmed)).toContain("ask-first");
  }
});
