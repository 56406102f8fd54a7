// The guard under test with its upstream and its audit file: the real program, or the real proxy in this process
// where a case needs a part that no program takes from outside (a clock, a fault).

import { GuardCore, type GuardPorts } from "../../src/guard/mod.ts";
import { parsePolicy } from "../../src/policy/mod.ts";
import { startProxy } from "../../src/proxy/server.ts";
import { connectWebSocket } from "../../src/proxy/transports/mod.ts";
import { systemClock } from "../../src/clocks.ts";
import { wirePorts } from "../../src/wiring.ts";
import { credentialInUrl } from "../../src/auth/mod.ts";
import { policyFile } from "../kit/policy.ts";
import { type Program, type Shape, startProgram } from "../kit/program.ts";
import type { RunningProcess } from "../kit/process.ts";
import { AuditFile } from "./audit.ts";
import { Client } from "./client.ts";
import { Upstream, type UpstreamConnection } from "./upstream.ts";

/** A guard under test. */
export interface Stage extends AsyncDisposable {
  /** Port of the data listener. */
  readonly port: number;
  /** Port of the admin listener, or 0. */
  readonly adminPort: number;
  /** The server behind it. */
  readonly upstream: Upstream;
  /** Its policy file; empty in this process. */
  readonly policyPath: string;
  /** Its records. */
  readonly audit: AuditFile;
  /** What it said on standard error so far. */
  said(): string;
  /** Process id; 0 in this process. */
  readonly pid: number;
  /** Its process; none in this process. */
  readonly process?: RunningProcess;
}

/** A client and the guard's connection that belongs to it. */
export interface Pair {
  client: Client;
  server: UpstreamConnection;
}

/** Headers that make a client alice, the first identity of the fixture. */
export const ALICE: readonly [string, string][] = [["Authorization", "Bearer ALICE"]];
/** Headers that make a client bob. */
export const BOB: readonly [string, string][] = [["Authorization", "Bearer BOB"]];

/** Opens one client; the guard opens one connection for it. */
export async function connect(
  stage: Stage,
  headers: readonly (readonly [string, string])[] = ALICE,
): Promise<Pair> {
  const client = await Client.open(stage.port, headers);
  return { client, server: await stage.upstream.accept() };
}

/** Where the stage's records go is its own affair, so a case's policy has no section `logging`. */
export function withAudit(policy: string, path: string): string {
  return `${policy.trimEnd()}\nlogging: {output: file, file_path: ${JSON.stringify(path)}, ` +
    `rotate_bytes: 1000000000}\n`;
}

/** How a program is started for a case. */
export interface StageOptions {
  /** How the program is run, as in the kit. */
  shape?: Shape;
  /** Its environment. */
  env?: Record<string, string>;
  /** The server behind it; one of its own unless given. */
  upstream?: Upstream;
  /** Whether the policy itself names the servers. */
  named?: boolean;
}

/**
 * Starts the real program.
 *
 * @param policy Version 1, without `logging`.
 * @param options How.
 * @returns The stage; dispose it at the end.
 */
export async function startStage(policy: string, options: StageOptions = {}): Promise<Stage> {
  const upstream = options.upstream ?? new Upstream();
  const file = await policyFile("");
  const audit = new AuditFile(`${file.folder}/audit.jsonl`);
  await Deno.writeTextFile(file.path, withAudit(policy, audit.path));
  let program: Program;
  try {
    program = await startProgram([
      ...["proxy", "--policy", file.path],
      ...(options.named === true ? [] : ["--target", upstream.url]),
      ...["--port", "0", "--admin", "127.0.0.1:0"],
    ], {
      ...(options.shape === undefined ? {} : { shape: options.shape }),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
  } catch (error) {
    await upstream[Symbol.asyncDispose]();
    throw error;
  }
  const ready = await program.process.line(/\badmin_port=([0-9]+)/, "stderr");
  return {
    port: Number(new URL(program.url).port),
    adminPort: Number(ready[1]),
    upstream,
    policyPath: file.path,
    audit,
    said: () => program.process.lines("stderr").join("\n"),
    pid: program.process.pid,
    process: program.process,
    [Symbol.asyncDispose]: async () => {
      await program.process.stop("SIGKILL");
      if (options.upstream === undefined) await upstream[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

/**
 * Starts the real proxy in this process, with some of its ports replaced.
 *
 * @param policy Version 1, without `logging`.
 * @param replace Ports that the case brings.
 * @returns The stage; dispose it at the end.
 */
export async function startInside(policy: string, replace: Partial<GuardPorts>): Promise<Stage> {
  const upstream = new Upstream();
  const file = await policyFile("");
  const audit = new AuditFile(`${file.folder}/audit.jsonl`);
  const said: string[] = [];
  const parsed = parsePolicy(withAudit(policy, audit.path), file.path);
  const { ports, close } = wirePorts(parsed, {
    report: (message) => said.push(message),
  });
  const target = new URL(upstream.url);
  const guard = new GuardCore(parsed, { ...ports, ...replace });
  const running = await startProxy({
    guard,
    connect: () => connectWebSocket(target),
    listen: { host: "127.0.0.1", port: 0 },
    admin: { host: "127.0.0.1", port: 0 },
    hosts: [],
    origins: [],
    credentialInUrl,
    clock: replace.clock ?? systemClock,
    sessionId: () => crypto.randomUUID(),
  });
  return {
    port: running.port,
    adminPort: running.adminPort ?? 0,
    upstream,
    policyPath: "",
    audit,
    said: () => said.join("\n"),
    pid: 0,
    [Symbol.asyncDispose]: async () => {
      await running.close(0);
      await close();
      await upstream[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}

/** Programs by policy: cases that share a policy share a program. */
export class Stages implements AsyncDisposable {
  readonly #running = new Map<string, Promise<Stage>>();

  /** The program with this policy. */
  get(policy: string): Promise<Stage> {
    let stage = this.#running.get(policy);
    if (stage === undefined) this.#running.set(policy, stage = startStage(policy));
    return stage;
  }

  /** Ends all of them. */
  async [Symbol.asyncDispose](): Promise<void> {
    const all = await Promise.allSettled(this.#running.values());
    this.#running.clear();
    for (const one of all) if (one.status === "fulfilled") await one.value[Symbol.asyncDispose]();
  }
}
