// `mcpguard proxy`: wires a policy, real parts and a target together, and runs until it is told to stop.

import { createLogger, createStderrWriter, type Logger } from "../audit/mod.ts";
import { credentialInUrl } from "../auth/mod.ts";
import { systemClock } from "../clocks.ts";
import { GuardCore } from "../guard/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import type { Policy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { type RunningProxy, startProxy } from "../proxy/server.ts";
import { wirePorts } from "../wiring.ts";
import { type ServerConnector, serverConnector } from "./connect_server.ts";
import { EXIT } from "./exit.ts";
import type { ProxyCommandOptions } from "./proxy_options.ts";
import { startError } from "./proxy_options.ts";
import { describeServer, serverLine } from "./server_options.ts";
import { stopSignal } from "./signals.ts";
import { catchStray, kindOf } from "./stray.ts";
import { once, watchingWarnings } from "./watching.ts";

export { readProxyOptions } from "./proxy_options.ts";

/** Milliseconds that calls get to end after SIGTERM or SIGINT. */
const DRAIN_MS = 10_000;

/** Runs the command until a signal, and returns the exit code. */
export async function proxy(options: ProxyCommandOptions): Promise<number> {
  if ("target" in options.server) Deno.permissions.revokeSync({ name: "run" });
  const policy = parsePolicy(await readPolicyText(options.policy), options.policy);
  const watching = watchingWarnings(policy, options.production);
  const stderr = createStderrWriter();
  const logger = createLogger({
    level: policy.logging.level,
    format: "text",
    writer: stderr,
    clock: systemClock,
  });
  // From here on a signal is heard, also while something is still on its way up.
  const stop = stopSignal(() => Deno.exit(EXIT.INTERNAL));
  const stray = catchStray((message) => logger.error(message), () => systemClock.monotonic());
  try {
    for (const warning of watching) logger.warning(warning);
    await serve(options, policy, logger, stderr, stop.signal);
    return EXIT.OK;
  } finally {
    stop.dispose();
    stray.dispose();
    await stderr.close();
  }
}

/** Starts everything, waits for the signal, stops everything. */
async function serve(
  options: ProxyCommandOptions,
  policy: Policy,
  logger: Logger,
  stderr: ReturnType<typeof createStderrWriter>,
  signal: Promise<string>,
): Promise<void> {
  const wired = wirePorts(policy, { stderr, report: (message) => logger.error(message) });
  try {
    await wired.connect();
    const server = serverConnector(
      options.server,
      policy.limits,
      (line) => void stderr.write(serverLine(line), 0).catch(() => {}),
    );
    const running = await start(options, new GuardCore(policy, wired.ports), server, logger);
    for (const warning of policy.warnings) {
      logger.warning(
        `${options.policy}:${warning.line}:${warning.column}: ${warning.path}: ${warning.message}`,
      );
    }
    const host = options.host.includes(":") ? `[${options.host}]` : options.host;
    logger.info(
      `listening on ws://${host}:${running.port}/ws for ${describeServer(options.server)}`,
      { port: running.port, admin_port: running.adminPort },
    );
    const name = await signal;
    logger.info(`${name}: waiting up to ${DRAIN_MS / 1000} s for calls to end`);
    await running.close(DRAIN_MS);
    await server.ended();
    logger.info("stopped");
  } finally {
    await wired.close();
  }
}

async function start(
  options: ProxyCommandOptions,
  guard: GuardCore,
  server: ServerConnector,
  logger: Logger,
): Promise<RunningProxy> {
  try {
    return await startProxy({
      guard,
      connect: server.connect,
      listen: { host: options.host, port: options.port },
      admin: options.admin,
      hosts: options.allowHost,
      origins: options.allowOrigin,
      credentialInUrl,
      clock: systemClock,
      sessionId: () => crypto.randomUUID(),
      onError: (error) => logger.error(`internal failure, please report it: ${kindOf(error)}`),
      notice: once((words) => logger.warning(words)),
    });
  } catch (error) {
    throw startError(error, options);
  }
}
