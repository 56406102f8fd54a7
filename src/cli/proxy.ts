// `mcpguard proxy`: wires a policy, real parts and a target together, and runs until it is told to stop.

import { createLogger, createStderrWriter, type Logger } from "../audit/mod.ts";
import { credentialInUrl, resourceMetadata } from "../auth/mod.ts";
import { systemClock } from "../clocks.ts";
import type { Policy } from "../policy/mod.ts";
import { type RunningProxy, startProxy } from "../proxy/server.ts";
import { connectionsFor } from "./descriptors.ts";
import { sharedRefusal } from "./connect_shared.ts";
import { type Behind, behind } from "./connect_upstreams.ts";
import { refuseDebugger } from "./debugging.ts";
import { EXIT } from "./exit.ts";
import { refuseExposed } from "./exposed.ts";
import { type FirstPolicy, firstPolicy, PolicyLife } from "./policy_life.ts";
import { warningsOf } from "./policy_warnings.ts";
import type { ProxyCommandOptions } from "./proxy_options.ts";
import { startError } from "./proxy_options.ts";
import { ServerLines } from "./server_lines.ts";
import { bindingName } from "./server_options.ts";
import { stopSignal } from "./signals.ts";
import { catchStray, kindOf } from "./stray.ts";
import { once, watchingWarnings } from "./watching.ts";

export { readProxyOptions } from "./proxy_options.ts";

/** Milliseconds that calls get to end after SIGTERM or SIGINT. */
const DRAIN_MS = 10_000;

/** Runs the command until a signal, and returns the exit code. */
export async function proxy(options: ProxyCommandOptions): Promise<number> {
  refuseDebugger(Deno.env.get("NODE_OPTIONS"));
  const first = await firstPolicy(options.policy);
  const watching = vetted(options, first.policy);
  const stderr = createStderrWriter();
  const logger = createLogger({
    level: first.policy.logging.level,
    format: "text",
    writer: stderr,
    clock: systemClock,
  });
  // From here on a signal is heard, also while something is still on its way up.
  const stop = stopSignal(() => Deno.exit(EXIT.INTERNAL));
  const stray = catchStray((message) => logger.error(message), () => systemClock.monotonic());
  try {
    for (const warning of watching) logger.warning(warning);
    await serve(options, first, logger, stderr, stop.signal);
    return EXIT.OK;
  } finally {
    stop.dispose();
    stray.dispose();
    await stderr.close();
  }
}

/** What to say of a policy before it is in force. @throws {UsageError} When this command may not have it. */
function vetted(options: ProxyCommandOptions, policy: Policy): string[] {
  refuseExposed(policy, options.host, options.allowInsecure);
  return watchingWarnings(policy, options.production);
}

/** Starts everything, waits for the signal, stops everything. */
async function serve(
  options: ProxyCommandOptions,
  first: FirstPolicy,
  logger: Logger,
  stderr: ReturnType<typeof createStderrWriter>,
  signal: Promise<string>,
): Promise<void> {
  const life = new PolicyLife(
    options.policy,
    first,
    logger,
    stderr,
    await bindingName(options.server, first.policy),
    (policy) => vetted(options, policy),
  );
  try {
    await life.begin();
    let running: RunningProxy | null = null;
    const said = new ServerLines();
    const server = behind(
      options.server,
      first.policy,
      () => life.live.current.policy.limits,
      (line, name) => {
        const { detect } = life.live.current.policy;
        void stderr.write(said.pass(line, name, detect), 0).catch(() => {});
      },
      options.shared
        ? (odd) => {
          running?.metrics.count("mcpguard_upstream_failures_total");
          void life.live.current.refuse(sharedRefusal(odd)).then(({ effect, reason }) =>
            running?.metrics.decision(effect, reason)
          );
        }
        : null,
    );
    const most = await connectionsFor(server);
    if (!server.spawns) Deno.permissions.revokeSync({ name: "run" });
    const proxy = running = await start(options, life, most, server, logger);
    life.follow(options.policy, {
      watch: options.watch,
      count: (outcome) =>
        proxy.metrics.count(
          outcome === "reloaded"
            ? "mcpguard_policy_reloads_total"
            : "mcpguard_policy_reload_failures_total",
        ),
    });
    const { connections } = first.policy.limits;
    if (most < connections) {
      logger.warning(
        `at most ${most} client connections are taken, not ${connections} (limits.connections): ` +
          "there are file descriptors for no more; raise ulimit -n",
      );
    }
    for (const words of warningsOf(options.policy, first.policy)) logger.warning(words);
    const host = options.host.includes(":") ? `[${options.host}]` : options.host;
    logger.info(
      `listening on ws://${host}:${proxy.port}/ws for ${server.description}`,
      { port: proxy.port, admin_port: proxy.adminPort },
    );
    const name = await signal;
    logger.info(`${name}: waiting up to ${DRAIN_MS / 1000} s for calls to end`);
    await proxy.close(DRAIN_MS);
    await server.ended();
    logger.info("stopped");
  } finally {
    await life.close();
  }
}

async function start(
  options: ProxyCommandOptions,
  life: PolicyLife,
  most: number,
  server: Behind,
  logger: Logger,
): Promise<RunningProxy> {
  try {
    return await startProxy({
      get guard() {
        return life.live.current;
      },
      policyCurrent: () => life.current,
      connect: server.connect,
      upstreams: server.upstreams,
      mostConnections: most,
      listen: { host: options.host, port: options.port },
      admin: options.admin,
      hosts: options.allowHost,
      origins: options.allowOrigin,
      credentialInUrl,
      publicDocument: (path) => {
        const { jwt } = life.live.current.policy.auth;
        const document = jwt === undefined ? null : resourceMetadata(jwt);
        return document?.paths.includes(path) ? document.body : null;
      },
      clock: systemClock,
      sessionId: () => crypto.randomUUID(),
      onError: (error) => logger.error(`internal failure, please report it: ${kindOf(error)}`),
      notice: once((words) => logger.warning(words)),
    });
  } catch (error) {
    throw startError(error, options);
  }
}
