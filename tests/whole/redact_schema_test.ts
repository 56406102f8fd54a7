// Redaction and `outputSchema`, through the real program: clients of both generations of the official SDK check each
// result against the schema that they were shown, and none of them may fail because of the guard.

// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { expect } from "expect";
import { startGuard } from "../kit/guard.ts";
import { PEER } from "../kit/peer.ts";
import { RunningProcess } from "../kit/process.ts";

const POLICY = `version: 1
auth: { mode: none }
detect: { secrets: { action: redact }, pii: { action: redact } }
`;

/** A fixture as a process of its own: the SDK's second generation stays out of the project's lock. */
function fixture(name: string, ...args: string[]): RunningProcess {
  const path = new URL(`../fixtures/${name}`, import.meta.url).pathname;
  return new RunningProcess(
    [Deno.execPath(), "run", ...PEER, "-A", path, ...args],
  );
}

interface Result {
  isError?: boolean;
  structuredContent?: { value: unknown };
  content: { text: string }[];
}

const PLACEHOLDER = /\[redacted:[a-z_]+:[0-9a-z]{8,}\]/;

/** What came of each tool: cleaned and valid, or withheld with readable words; never a secret, never a failure. */
function judge(calls: Record<string, Result | string>): void {
  expect(JSON.stringify(calls)).not.toMatch(/AKIAIOSFODNN7|4111111111111111|lovelace/);
  const cleaned = {
    free: expect.stringMatching(PLACEHOLDER),
    nullable: expect.stringMatching(PLACEHOLDER),
    list: ["a", expect.stringMatching(PLACEHOLDER)],
    number: 0,
  };
  for (const [name, value] of Object.entries(cleaned)) {
    expect([name, calls[name]]).toMatchObject([name, { structuredContent: { value } }]);
  }
  const map = (calls.map as Result).structuredContent!.value as object;
  expect(Object.keys(map)).toEqual([expect.stringMatching(PLACEHOLDER)]);
  for (const name of ["pattern", "enum", "const", "short", "email", "positive", "names"]) {
    const result = calls[name] as Result;
    expect([name, result]).toMatchObject([name, { isError: true }]);
    expect(result.structuredContent).toBeUndefined();
    expect(result.content[0]!.text).toMatch(/outputSchema.*withheld/);
  }
}

Deno.test("the SDK's v1 client never fails over a result that was redacted", async () => {
  await using server = fixture("sdk_v2_outputs.ts");
  const [, target] = await server.line(/listening on (http:\S+)/);
  await using guard = await startGuard(POLICY, target!);
  const client = new Client({ name: "v1", version: "1" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${guard.origin}/mcp`)) as Transport,
  );
  try {
    const calls: Record<string, Result | string> = {};
    for (const { name } of (await client.listTools()).tools) {
      calls[name] = await client.callTool({ name, arguments: {} })
        .then((result) => result as unknown as Result, String);
    }
    judge(calls);
  } finally {
    await client.close();
  }
});

for (const era of ["auto", "legacy"]) {
  Deno.test(`the SDK's v2 client (${era}) never fails over a result that was redacted`, async () => {
    await using server = fixture("sdk_v2_outputs.ts");
    const [, target] = await server.line(/listening on (http:\S+)/);
    await using guard = await startGuard(POLICY, target!);
    await using client = fixture("sdk_v2_outputs_client.ts", `${guard.origin}/mcp`, era);
    const [line] = await client.line(/^\{.*\}$/);
    const { version, calls } = JSON.parse(line);
    expect(version).toBe(era === "auto" ? "2026-07-28" : "2025-11-25");
    judge(calls);
  });
}
