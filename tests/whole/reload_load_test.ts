// A hundred reloads, of every kind there is, while real clients over HTTP and standard input call tools: nothing is lost,
// nothing happens twice, and each call is judged by the one policy that its record names.

import { hash } from "node:crypto";
// @ts-types="@modelcontextprotocol/sdk/client/index"
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
// @ts-types="@modelcontextprotocol/sdk/client/stdio"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { expect } from "expect";
import { AuditFile, type AuditLine } from "../catalogue/audit.ts";
import { buildRecordingServer } from "../fixtures/recording_server.ts";
import { startSdkHttpServer } from "../fixtures/sdk_http_server.ts";
import { SOURCE, startProgram } from "../kit/program.ts";

const RELOADS = 100;
const SIDES = ["left", "right"] as const;
const NAMES = ["alice", "bob", "carol"] as const;
const keyOf = (name: string): string => `the-key-of-${name}-that-is-long-enough`;

type Line = AuditLine & { policy: string; previous_policy?: string };

/** One guard's policy and records. */
class Site {
  /** Which side each policy allows, by the digest that records name. */
  readonly sides = new Map<string, string>();
  readonly path: string;
  readonly audit: AuditFile;

  constructor(readonly folder: string) {
    this.path = `${folder}/policy.yaml`;
    this.audit = new AuditFile(`${folder}/audit.jsonl`);
  }

  /** A policy that allows one of the two tools; every one is another text. */
  text(turn: number): string {
    const side = SIDES[(turn + Math.floor(turn / 5)) % 2]!;
    const keys = NAMES.map((name) => `{ key: ${keyOf(name)}, identity: ${name} }`);
    const text = `# turn ${turn}\nversion: 1\ndefault: deny\n` +
      `auth: { mode: api_key, allowed_keys: [${keys}] }\n` +
      `tools: { allow: [${side}], stealth: true }\n` +
      `logging: { output: file, file_path: ${this.audit.path} }\npolicy_end: true\n`;
    this.sides.set(`sha256:${hash("sha256", text, "hex").slice(0, 16)}`, side);
    return text;
  }

  /** Puts a policy there, each time in another way, and waits until it is in force. */
  async turn(turn: number, hangUp: () => void): Promise<void> {
    const { folder, path } = this;
    const text = this.text(turn);
    await this.audit.mark();
    const [file, link] = [`${folder}/v${turn}.yaml`, `${folder}/link`];
    switch (turn % 5) {
      case 0:
        await Deno.writeTextFile(file, text);
        await Deno.rename(file, path);
        break;
      case 1:
        await Deno.writeTextFile(path, text);
        break;
      case 2:
        await Deno.writeTextFile(file, text);
        await Deno.symlink(`v${turn}.yaml`, link);
        await Deno.rename(link, path);
        break;
      case 3:
        // As Kubernetes does: the file is a link through a link to a folder, and that one is swapped.
        await Deno.mkdir(`${folder}/v${turn}`);
        await Deno.writeTextFile(`${folder}/v${turn}/policy.yaml`, text);
        await Deno.symlink(`v${turn}`, link);
        await Deno.rename(link, `${folder}/..data`);
        await Deno.symlink("..data/policy.yaml", link);
        await Deno.rename(link, path);
        break;
      default:
        await Deno.writeTextFile(path, text);
        hangUp();
    }
    const digest = `sha256:${hash("sha256", text, "hex")}`;
    const inForce = (line: AuditLine): boolean =>
      line.detail === "policy.reloaded" && (line as Line).policy === digest;
    const lines = await this.audit.when((lines) => lines.some(inForce));
    expect([turn, lines.some(inForce)]).toEqual([turn, true]);
  }

  async lines(): Promise<Line[]> {
    const text = await Deno.readTextFile(this.audit.path);
    return text.trim().split("\n").map((line) => JSON.parse(line));
  }
}

/** What one client did. */
interface Caller {
  client: Client;
  identity: string;
  site: Site;
  /** Calls by the id they had on the wire: the tool, its number, and how often it was answered. */
  calls: Map<string, { tool: string; n: number; answers: number; allowed: boolean | null }>;
}

/** Connects the SDK's client and watches the wire. */
async function connect(identity: string, site: Site, transport: Transport): Promise<Caller> {
  const calls: Caller["calls"] = new Map();
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if ("method" in message && "id" in message && message.method === "tools/call") {
      const { name, arguments: args } = message.params as {
        name: string;
        arguments: { n: number };
      };
      calls.set(String(message.id), { tool: name, n: args.n, answers: 0, allowed: null });
    }
    return send(message, options);
  };
  const client = new Client({ name: identity, version: "1" });
  await client.connect(transport);
  const hear = transport.onmessage!;
  transport.onmessage = (message, extra) => {
    const call = "id" in message && !("method" in message) && calls.get(String(message.id));
    if (call) {
      call.answers++;
      call.allowed = "result" in message && message.result.isError !== true;
    }
    hear(message, extra);
  };
  return { client, identity, site, calls };
}

let counter = 0;

/** Calls both tools in turn until it is told to stop. */
async function load({ client }: Caller, state: { running: boolean }): Promise<void> {
  for (let i = 0; state.running; i++) {
    const call = { name: SIDES[i % 2]!, arguments: { n: ++counter } };
    // A tool that the policy hides is answered like one that does not exist.
    await client.callTool(call).catch((error) => expect(error.message).toContain("Unknown tool"));
  }
}

/** The SDK's transport over standard input leaves a timer of two seconds behind when it is closed. */
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

Deno.test("100 reloads under load lose no call and mix no two policies", OPTIONS, async () => {
  const root = await Deno.makeTempDir({ prefix: "mcpguard-load-" });
  const sites = ["http", "stdio"].map((name) => new Site(`${root}/${name}`));
  const [http, stdio] = sites as [Site, Site];
  for (const site of sites) {
    await Deno.mkdir(site.folder);
    await Deno.writeTextFile(site.path, site.text(0));
  }
  await using server = await startSdkHttpServer(
    "session",
    (calls) => buildRecordingServer(SIDES, calls),
  );
  const { process, url } = await startProgram([
    ...["proxy", "--policy", http.path, "--target", server.url],
    ...["--port", "0", "--admin", "off"],
  ]);
  await using _ = process;
  const origin = url.replace("ws:", "http:").replace("/ws", "");
  const [program, ...flags] = SOURCE;
  const piped = new StdioClientTransport({
    command: program!,
    args: [...flags, "run", "--policy", stdio.path, "--target", server.url, "--identity", "dave"],
    env: Deno.env.toObject(),
    stderr: "ignore",
  });
  const callers = [await connect("dave", stdio, piped)];
  for (const name of NAMES) {
    const requestInit = { headers: { "X-API-Key": keyOf(name) } };
    const transport = new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), { requestInit });
    callers.push(await connect(name, http, transport as Transport));
  }
  try {
    const state = { running: true };
    const loads = Promise.all(callers.map((caller) => load(caller, state)));
    for (let turn = 1; turn <= RELOADS; turn++) {
      const turns = [
        http.turn(turn, () => process.kill("SIGHUP")),
        stdio.turn(turn, () => Deno.kill(piped.pid!, "SIGHUP")),
      ];
      await Promise.race([Promise.all(turns), loads]);
    }
    state.running = false;
    await loads;
    const happened = new Map<string, number>();
    for (const call of server.calls) happened.set(call, (happened.get(call) ?? 0) + 1);
    // Each call was answered once, and happened once where it was allowed and never where it was not.
    for (const { calls } of callers) {
      expect(calls.size).toBeGreaterThan(RELOADS);
      for (const call of calls.values()) {
        const times = happened.get(`${call.tool} ${call.n}`) ?? 0;
        expect({ ...call, times }).toEqual({
          ...call,
          answers: 1,
          allowed: times === 1,
          times: call.allowed ? 1 : 0,
        });
      }
    }
    for (const site of sites) await agree(site, callers.filter((caller) => caller.site === site));
  } finally {
    for (const { client } of callers) await client.close();
    await Deno.remove(root, { recursive: true });
  }
});

/** Compares the records with what the clients saw. */
async function agree(site: Site, callers: readonly Caller[]): Promise<void> {
  const recorded = (lines: readonly Line[]): number =>
    lines.filter((line) => line.event === "decision" && line.method === "tools/call")
      .reduce((sum, { count }) => sum + (count ?? 1), 0);
  const made = callers.reduce((sum, { calls }) => sum + calls.size, 0);
  // What was counted of many equal refusals is written at the end of its second.
  await new AuditFile(site.audit.path).when((lines) => recorded(lines as Line[]) >= made);
  const lines = await site.lines();
  expect(recorded(lines)).toBe(made);
  const policies = new Set<string>();
  for (const { event, method, identity, tool, decision, policy, request_id } of lines) {
    if (event !== "decision" || method !== "tools/call") continue;
    policies.add(policy);
    const allowed = decision === "allow";
    // The decision is the one that its policy makes; a record that stands for several may name no tool.
    if (tool !== null || allowed) {
      expect([policy, tool, decision]).toEqual([
        policy,
        tool,
        site.sides.get(policy) === tool ? "allow" : "deny",
      ]);
    }
    const call = request_id === undefined
      ? undefined
      : callers.find((caller) => caller.identity === identity)!.calls.get(request_id);
    if (request_id !== undefined) expect({ ...call }).toMatchObject({ tool, allowed });
  }
  // The load was there all the time, and no reload left anything but the one before it behind.
  expect(policies.size).toBeGreaterThan(RELOADS / 2);
  const reloads = lines.filter(({ detail }) => detail === "policy.reloaded");
  expect(reloads.length).toBeGreaterThanOrEqual(RELOADS);
  for (const [i, line] of reloads.entries()) {
    if (i > 0) expect(line.previous_policy).toBe(reloads[i - 1]!.policy);
  }
}
