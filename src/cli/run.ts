// `mcpguard run`: one client on standard input and output, one server (a child process, or one elsewhere), the guard between.
// Standard output belongs to MCP alone: everything the program says goes to standard error.

import { createLogger, createStderrWriter, type Logger } from "../audit/mod.ts";
import { systemClock } from "../clocks.ts";
import { listenAdmin } from "../proxy/admin_listener.ts";
import { ApprovalsWatch } from "../proxy/approvals_watch.ts";
import { Budget } from "../proxy/budget.ts";
import { Handles } from "../proxy/handles.ts";
import { Metrics } from "../proxy/metrics.ts";
import { Session } from "../proxy/session.ts";
import {
  type Channel,
  ChildChannel,
  type CloseInfo,
  stdioServerChannel,
} from "../proxy/transports/mod.ts";
import { behind } from "./connect_upstreams.ts";
import { refuseDebugger } from "./debugging.ts";
import { EXIT, UsageError } from "./exit.ts";
import { firstPolicy, PolicyLife } from "./policy_life.ts";
import { readAdmin } from "./proxy_options.ts";
import { ServerLines } from "./server_lines.ts";
import { bindingName, readServerIfAny, type ServerOptions } from "./server_options.ts";
import { stopSignal } from "./signals.ts";
import type { Given } from "./spec.ts";
import { catchStray, kindOf } from "./stray.ts";
import { once, watchingWarnings } from "./watching.ts";

/** Options of the command. */
export interface RunCommandOptions {
  /** The policy file. */
  policy: string;
  /** Who the client is. */
  identity: string;
  /** The client's roles. */
  roles: readonly string[];
  /** The server; null where the policy names several. */
  server: ServerOptions | null;
  /** Where to serve administration, or null. */
  admin: { host: string; port: number } | null;
  /** Whether a policy that only watches is refused. */
  production: boolean;
  /** Whether the policy file is watched. */
  watch: boolean;
}

/** How often deadlines are looked at, ms. */
const SWEEP_MS = 250;

/** Reads the options. @throws {UsageError} When the identity is none. */
export function readRunOptions(given: Given): RunCommandOptions {
  const identity = given.text("identity") ?? "local";
  if (!/^[\x21-\x7e]{1,128}$/.test(identity)) {
    throw new UsageError("--identity must be 1 to 128 visible ASCII characters");
  }
  return {
    policy: given.text("policy")!,
    identity,
    roles: given.all("role"),
    server: readServerIfAny(given),
    production: given.flag("production"),
    watch: !given.flag("no-watch"),
    admin: readAdmin(given.text("admin") ?? "off"),
  };
}

/** Runs the command until the client or the server ends, and returns the exit code. */
export async function runServer(options: RunCommandOptions): Promise<number> {
  refuseDebugger(Deno.env.get("NODE_OPTIONS"));
  const first = await firstPolicy(options.policy);
  const watching = watchingWarnings(first.policy, options.production);
  const stderr = createStderrWriter();
  const logger = createLogger({
    level: first.policy.logging.level,
    format: "text",
    writer: stderr,
    clock: systemClock,
  });
  const stop = stopSignal(() => Deno.exit(EXIT.INTERNAL));
  const stray = catchStray((message) => logger.error(message), () => systemClock.monotonic());
  const said = new ServerLines();
  const life = new PolicyLife(
    options.policy,
    first,
    logger,
    stderr,
    await bindingName(options.server, first.policy),
    (policy) => watchingWarnings(policy, options.production),
  );
  const server = behind(
    options.server,
    first.policy,
    () => life.live.current.policy.limits,
    // What the server says for people is passed on; that nobody reads it is no failure of a call.
    (line, name) => {
      const { detect } = life.live.current.policy;
      void stderr.write(said.pass(line, name, detect), 0).catch(() => {});
    },
  );
  let channel: Channel | null = null;
  for (const warning of watching) logger.warning(warning);
  try {
    await life.begin();
    channel = await server.connectAll({ authorization: null });
    // The programs are started: from here on nothing that a client or a server sends can start another.
    Deno.permissions.revokeSync({ name: "run" });
    logger.info(`wrapping ${server.description} for ${options.identity}`);
    const code = await relay(
      options,
      life,
      channel,
      stop.signal,
      logger,
      once((words) => logger.warning(words)),
    );
    if (code !== EXIT.OK) {
      logger.error(
        channel instanceof ChildChannel
          ? (await channel.exited).text
          : "the server's connection was lost",
      );
    }
    return code;
  } catch (error) {
    // A bad entry of --env.
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  } finally {
    channel?.close(1001, "the guard ends");
    await server.ended();
    stop.dispose();
    stray.dispose();
    await life.close();
    await stderr.close();
  }
}

/** Relays until the client is gone. */
async function relay(
  options: RunCommandOptions,
  life: PolicyLife,
  server: Channel,
  signal: Promise<string>,
  logger: Logger,
  notice: (words: string) => void,
): Promise<number> {
  const { limits } = life.live.current.policy;
  const metrics = new Metrics();
  const onError = (error: unknown): void =>
    logger.error(`internal failure, please report it: ${kindOf(error)}`);
  let draining = false;
  const parts = {
    get guard() {
      return life.live.current;
    },
    metrics,
    policyCurrent: () => life.current,
    draining: () => draining,
  };
  const admin = options.admin === null
    ? null
    : await listenAdmin(options.admin, parts, onError).catch((error) => {
      throw new UsageError(
        `--admin cannot be listened on (${kindOf(error)}); choose another port`,
      );
    });
  if (admin !== null) logger.info("administration", { admin_port: admin.port });
  const ended = Promise.withResolvers<CloseInfo>();
  const session = new Session({
    get guard() {
      return life.live.current;
    },
    client: stdioServerChannel({
      stdin: Deno.stdin,
      stdout: Deno.stdout,
      limits: {
        messageBytes: limits.messageBytes,
        highWaterBytes: limits.highWaterBytes,
        hardCapBytes: Math.max(4 * limits.highWaterBytes, 2 * limits.resultBytes),
      },
    }),
    connect: () => Promise.resolve(server),
    identity: { id: options.identity, roles: options.roles, method: "local" },
    id: crypto.randomUUID(),
    metrics,
    clock: systemClock,
    budget: new Budget(() => life.live.current.policy.limits.inFlightTotal, metrics),
    handles: new Handles(),
    onError,
    notice,
    onEnd: ended.resolve,
  });
  let gone = false;
  if (server instanceof ChildChannel) void server.exited.then(() => gone = true);
  void signal.then(() => {
    draining = true;
    session.drain();
  });
  const watch = new ApprovalsWatch(parts);
  const sweeper = setInterval(() => {
    const now = systemClock.monotonic();
    session.sweep(now);
    watch.sweep(now);
  }, SWEEP_MS);
  session.start();
  life.follow(options.policy, { watch: options.watch });
  const info = await ended.promise;
  clearInterval(sweeper);
  watch.close();
  await admin?.close(0);
  // 1011: the session closed because its server is gone; a child may also have gone while the last answers were sent.
  return gone || (info.local && info.code === 1011) ? EXIT.DENIED : EXIT.OK;
}
