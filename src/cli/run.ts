// `mcpguard run`: one server as a child process, one client on standard input and output, the guard between them.
// Standard output belongs to MCP alone: everything the program says goes to standard error.

import { createLogger, createStderrWriter } from "../audit/mod.ts";
import { systemClock } from "../clocks.ts";
import { GuardCore } from "../guard/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { Budget } from "../proxy/budget.ts";
import { Metrics } from "../proxy/metrics.ts";
import { Session } from "../proxy/session.ts";
import { type ChildChannel, spawnChild, stdioServerChannel } from "../proxy/transports/mod.ts";
import { wirePorts } from "../wiring.ts";
import { EXIT, UsageError } from "./exit.ts";
import { stopSignal } from "./signals.ts";
import type { Given } from "./spec.ts";
import { catchStray, kindOf } from "./stray.ts";

/** Options of the command. */
export interface RunCommandOptions {
  /** The policy file. */
  policy: string;
  /** Who the client is. */
  identity: string;
  /** What the server sees of the environment: `NAME` or `NAME=VALUE`. */
  env: string[];
  /** The server's program. */
  command: string;
  /** Its arguments. */
  args: string[];
}

/** How often deadlines are looked at, ms. */
const SWEEP_MS = 250;

/** Reads the options. @throws {UsageError} When the identity is none. */
export function readRunOptions(given: Given): RunCommandOptions {
  const identity = given.text("identity") ?? "local";
  if (!/^[\x21-\x7e]{1,128}$/.test(identity)) {
    throw new UsageError("--identity must be 1 to 128 visible ASCII characters");
  }
  const [command, ...args] = given.operands;
  return {
    policy: given.text("policy")!,
    identity,
    env: given.all("env"),
    command: command!,
    args,
  };
}

/** Runs the command until the client or the server ends, and returns the exit code. */
export async function runServer(options: RunCommandOptions): Promise<number> {
  const policy = parsePolicy(await readPolicyText(options.policy), options.policy);
  const { limits } = policy;
  const stderr = createStderrWriter();
  const logger = createLogger({
    level: policy.logging.level,
    format: "text",
    writer: stderr,
    clock: systemClock,
  });
  const stop = stopSignal(() => Deno.exit(EXIT.INTERNAL));
  const stray = catchStray((message) => logger.error(message), () => systemClock.monotonic());
  const wired = wirePorts(policy, { stderr, report: (message) => logger.error(message) });
  let child: ChildChannel | null = null;
  try {
    await wired.connect();
    child = await spawnChild({
      command: options.command,
      args: options.args,
      env: options.env,
      limits: {
        messageBytes: limits.resultBytes,
        highWaterBytes: limits.highWaterBytes,
        hardCapBytes: Math.max(4 * limits.highWaterBytes, 2 * limits.messageBytes),
      },
      // What the server says for people is passed on, marked: an unmarked line could pass for an audit record.
      // That nobody reads it is no failure of a call.
      onStderr: (line) => void stderr.write(`server: ${line}\n`, 0).catch(() => {}),
    });
    // The one program is started: from here on nothing that a client or a server sends can start another.
    Deno.permissions.revokeSync({ name: "run" });
    logger.info(`wrapping ${child.remote} for ${options.identity}`);
    const code = await relay(
      options,
      new GuardCore(policy, wired.ports),
      child,
      stop.signal,
      (error) => logger.error(`internal failure, please report it: ${kindOf(error)}`),
    );
    if (code !== EXIT.OK) logger.error((await child.exited).text);
    return code;
  } catch (error) {
    // A bad entry of --env, or a command that cannot be started.
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  } finally {
    child?.close(1001, "the guard ends");
    await child?.exited;
    stop.dispose();
    stray.dispose();
    await wired.close();
    await stderr.close();
  }
}

/** Relays until the client is gone. */
async function relay(
  options: RunCommandOptions,
  guard: GuardCore,
  child: ChildChannel,
  signal: Promise<string>,
  onError: (error: unknown) => void,
): Promise<number> {
  const { limits } = guard.policy;
  const metrics = new Metrics();
  const ended = Promise.withResolvers<void>();
  let endedByItself = true;
  const session = new Session({
    guard,
    client: stdioServerChannel({
      stdin: Deno.stdin,
      stdout: Deno.stdout,
      limits: {
        messageBytes: limits.messageBytes,
        highWaterBytes: limits.highWaterBytes,
        hardCapBytes: Math.max(4 * limits.highWaterBytes, 2 * limits.resultBytes),
      },
    }),
    connect: () => Promise.resolve(child),
    identity: { id: options.identity, roles: [], method: "local" },
    id: crypto.randomUUID(),
    metrics,
    clock: systemClock,
    budget: new Budget(limits.inFlightTotal, metrics),
    onError,
    onEnd: ended.resolve,
  });
  void child.exited.then(() => session.drain());
  void signal.then(() => {
    endedByItself = false;
    session.drain();
  });
  const sweeper = setInterval(() => session.sweep(systemClock.monotonic()), SWEEP_MS);
  session.start();
  const first = await Promise.race([
    child.exited.then(() => "server"),
    ended.promise.then(() => "client"),
  ]);
  await ended.promise;
  clearInterval(sweeper);
  return first === "server" && endedByItself ? EXIT.DENIED : EXIT.OK;
}
