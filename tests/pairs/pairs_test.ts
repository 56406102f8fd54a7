// Every side of a client with every side of a server, through the real program: the same session everywhere.

import { expect } from "expect";
import { PEER } from "../kit/peer.ts";
import { RunningProcess } from "../kit/process.ts";
import { HttpMcp } from "../kit/http_mcp.ts";
import { policyFile } from "../kit/policy.ts";
import { CACHE, ROOT } from "../kit/program.ts";
import { EXPECTED, liveSession, type Seen } from "./session.ts";
import {
  CLIENT_SIDES,
  guardCommand,
  pipeTo,
  POLICY,
  SERVER_SIDES,
  type ServerSide,
  startProxyTo,
} from "./sides.ts";

/** The SDK's client leaves timers of its own behind when it closes a pipe or a stream. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

function judge(seen: Seen, server: ServerSide): void {
  expect(seen).toMatchObject(EXPECTED);
  expect(seen.cancelled).toContain("enough");
  // A denied call reaches the model as words; other denials are coded errors.
  expect(seen.deniedText).toContain("tools.deny[0]");
  expect(seen.error.code).toBe(-31403);
  expect(seen.error.message).toContain("resources.deny[0]");
  if (server.calls !== null) expect(server.calls).not.toContain("admin.echo-env");
}

for (const [side, start] of Object.entries(SERVER_SIDES)) {
  Deno.test(`legacy sessions with a server over ${side}`, OPTIONS, async (t) => {
    for (const [way, transportTo] of Object.entries(CLIENT_SIDES)) {
      await t.step(`client over ${way}`, async () => {
        await using server = await start();
        await using guard = await startProxyTo(server);
        const seen = await liveSession(
          transportTo(guard.origin),
          async () => void await (server.cancelled ?? guard.process.line(/server: cancelled/)),
        );
        judge(seen, server);
        if (server.calls === null) {
          expect(guard.process.lines().join("\n")).not.toContain("called admin.echo-env");
        }
      });
    }
    await t.step("client over stdio", async () => {
      await using server = await start();
      await using policy = await policyFile(POLICY);
      const { transport, said, saying } = pipeTo(policy.path, server);
      const seen = await liveSession(transport, async () => {
        if (server.cancelled !== null) return await server.cancelled;
        await saying("server: cancelled");
      });
      judge(seen, server);
      expect(said()).not.toContain("called admin.echo-env");
    });
  });
}

/** A fixture as a process of its own: the SDK's second generation stays out of the project's lock. */
const fixture = (name: string): string[] => [
  ...[Deno.execPath(), "run", ...PEER, "-A"],
  `${ROOT}tests/fixtures/${name}`,
];

const MODERN = {
  version: "2026-07-28",
  instructions: "Modern.",
  tools: ["add", "slow", "ask", "change"],
  add: [{ type: "text", text: "3" }],
  denied: true,
  ask: [{ type: "text", text: "Hello Ada" }],
  progress: 1,
  cancelled: expect.stringContaining("enough"),
};

/** Runs the SDK's v2 client to its end and returns what each step gave. */
async function lived(...args: string[]): Promise<Record<string, unknown>> {
  await using client = new RunningProcess([...fixture("sdk_v2_client.ts"), ...args]);
  await client.line(/"step":"end"/);
  const steps = client.lines().filter((line) => line.startsWith('{"step"')).map((line) =>
    JSON.parse(line)
  );
  return Object.fromEntries(steps.map(({ step, value }) => [step, value]));
}

// Over HTTP first: that process sees the whole environment, and fetches the packages that a guarded one then finds.
for (const side of ["Streamable HTTP", "stdio"] as const) {
  Deno.test(`modern sessions with a server over ${side}`, async (t) => {
    const pipe = side === "stdio";
    await using http = pipe ? null : new RunningProcess(fixture("sdk_v2_http.ts"));
    const found = await http?.line(/listening on (http:\S+)/);
    const server = {
      args: pipe ? [...CACHE, "--", ...fixture("sdk_v2_stdio.ts")] : ["--target", found![1]!],
    };
    await t.step("client over Streamable HTTP", async () => {
      // Requests that overlap belong to no session: only in one program does a change in one reach another.
      const shared = pipe ? { args: ["--shared", ...server.args] } : server;
      await using guard = await startProxyTo(shared);
      const seen = await lived(`${guard.origin}/mcp`, "modern");
      expect(seen).toMatchObject({ ...MODERN, changed: true });
      await (http ?? guard.process).line(/cancelled slow/);
      expect((http ?? guard.process).lines().join("\n")).not.toContain("called admin.drop");
    });
    if (pipe) {
      await t.step(
        "client over Streamable HTTP, a program for each request that overlaps",
        async () => {
          await using guard = await startProxyTo(server);
          const client = new HttpMcp(`${guard.origin}/mcp`);
          const sums = await Promise.all([1, 2, 3].map(async (a) => {
            const call = { name: "add", arguments: { a, b: 100 } };
            const reply = await client.modern(a, "tools/call", call);
            return (await reply.json()).result.content[0].text;
          }));
          expect(sums).toEqual(["101", "102", "103"]);
        },
      );
    }
    await t.step("client over stdio", async () => {
      await using policy = await policyFile(POLICY);
      const command = guardCommand(policy.path, server);
      expect(await lived("stdio", "modern", ...command)).toMatchObject({
        ...MODERN,
        changed: true,
      });
    });
  });
}
