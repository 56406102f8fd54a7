// `mcpguard proxy`: wires a policy, real parts and a target together, and runs until it is told to stop.

import { createLogger, createStderrWriter } from "../audit/mod.ts";
import { credentialInUrl } from "../auth/mod.ts";
import { systemClock } from "../clocks.ts";
import { GuardCore } from "../guard/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { type RunningProxy, startProxy } from "../proxy/server.ts";
import { connectWebSocket } from "../proxy/transports/mod.ts";
import { wirePorts } from "../wiring.ts";
import { EXIT, UsageError } from "./exit.ts";

/** Options of the command. */
export interface ProxyCommandOptions {
  /** The policy file. */
  policy: string;
  /** The server's URL. */
  target: string;
  /** Address to listen on. */
  host: string;
  /** Port to listen on. */
  port: number;
  /** `ADDRESS:PORT`, or `off`. */
  admin: string;
  /** Further hosts that clients may name. */
  allowHost: string[];
  /** Further web origins that may connect. */
  allowOrigin: string[];
}

/** Milliseconds that calls get to end after SIGTERM or SIGINT. */
const DRAIN_MS = 10_000;

/** Runs the command until a signal, and returns the exit code. */
export async function proxy(options: ProxyCommandOptions): Promise<number> {
  const policy = parsePolicy(await readPolicyText(options.policy), options.policy);
  const target = readTarget(options.target);
  const admin = readAdmin(options.admin);
  const stderr = createStderrWriter();
  const logger = createLogger({
    level: policy.logging.level,
    format: "text",
    writer: stderr,
    clock: systemClock,
  });
  const { ports, close } = wirePorts(policy, {
    stderr,
    report: (message) => logger.error(message),
  });
  const stop = stopSignal();
  let running: RunningProxy;
  try {
    running = await startProxy({
      guard: new GuardCore(policy, ports),
      connect: () =>
        connectWebSocket(target, {
          limits: {
            messageBytes: policy.limits.resultBytes,
            highWaterBytes: policy.limits.highWaterBytes,
            slowReaderMs: policy.limits.slowReaderMs,
            hardCapBytes: Math.max(
              4 * policy.limits.highWaterBytes,
              2 * policy.limits.messageBytes,
            ),
          },
        }),
      listen: { host: options.host, port: options.port },
      admin,
      hosts: options.allowHost,
      origins: options.allowOrigin,
      credentialInUrl,
      clock: systemClock,
      sessionId: () => crypto.randomUUID(),
    });
  } catch (error) {
    stop.dispose();
    await close();
    await stderr.close();
    throw startError(error, options);
  }
  for (const warning of policy.warnings) {
    logger.warning(
      `${options.policy}:${warning.line}:${warning.column}: ${warning.path}: ${warning.message}`,
    );
  }
  const host = options.host.includes(":") ? `[${options.host}]` : options.host;
  logger.info(`listening on ws://${host}:${running.port}/ws for ${describe(target)}`, {
    port: running.port,
    admin_port: running.adminPort,
  });
  const signal = await stop.signal;
  logger.info(`${signal}: waiting up to ${DRAIN_MS / 1000} s for calls to end`);
  await running.close(DRAIN_MS);
  logger.info("stopped");
  await close();
  await stderr.close();
  return EXIT.OK;
}

/** The target's URL, or a clear word on what is possible. */
function readTarget(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError(`--target ${JSON.stringify(text)} is no URL; write ws://HOST:PORT`);
  }
  if (url.protocol !== "ws:" && url.protocol !== "wss:") {
    throw new UsageError(
      `--target ${JSON.stringify(`${url.protocol}//`)} is not supported by this version; ` +
        "use ws:// or wss://",
    );
  }
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw new UsageError("--target must not hold credentials or a fragment");
  }
  return url;
}

/** A target for a log line: never its query, which may hold a secret. */
function describe(target: URL): string {
  return `${target.protocol}//${target.host}${target.pathname}`;
}

function readAdmin(text: string): { host: string; port: number } | null {
  if (text === "off") return null;
  const match = /^\[?([^\]]{1,255}?)\]?:([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || !(port <= 65535)) {
    throw new UsageError(`--admin ${JSON.stringify(text)} is not ADDRESS:PORT or off`);
  }
  return { host: match[1]!, port };
}

/** A failed start in words. */
function startError(error: unknown, options: ProxyCommandOptions): unknown {
  const code = (error as { code?: unknown }).code;
  if (error instanceof Deno.errors.AddrInUse || code === "EADDRINUSE") {
    return new UsageError(
      `${options.host}:${options.port} or ${options.admin} is in use; choose another --port or --admin`,
    );
  }
  if (code === "EADDRNOTAVAIL" || error instanceof Deno.errors.AddrNotAvailable) {
    return new UsageError(`${options.host} is no address of this machine; choose another --host`);
  }
  if (code === "EACCES" || error instanceof Deno.errors.PermissionDenied) {
    return new UsageError(`this user may not listen on ${options.host}:${options.port}`);
  }
  return error;
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): { signal: Promise<string>; dispose: () => void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  let count = 0;
  const handlers = (["SIGTERM", "SIGINT"] as const).map((name) => {
    const handler = (): void => {
      if (++count > 1) Deno.exit(EXIT.INTERNAL);
      resolve(name);
    };
    Deno.addSignalListener(name, handler);
    return () => Deno.removeSignalListener(name, handler);
  });
  return { signal: promise, dispose: () => handlers.forEach((remove) => remove()) };
}
