// Starts a server as a child process and speaks with it over its standard input and output.

import { ChildChannel } from "./child_channel.ts";
import { findCommand } from "./child_command.ts";
import { childEnvironment, DEFAULT_VARIABLES, WINDOWS_VARIABLES } from "./child_environment.ts";
import { LEADER_SHELL, leaderArguments } from "./child_leader.ts";
import { CHILD_LIMITS, type ChildLimits } from "./child_limits.ts";
import { StderrReader } from "./child_stderr.ts";
import { LineChannel } from "./stdio_channel.ts";
import { streamReader, streamWriter } from "./stdio_pipe.ts";
import { UpstreamError } from "./upstream_error.ts";

/** How to start a server. */
export interface ChildOptions {
  /** The program: a path, or a name to look for in the child's `PATH`. */
  command: string;
  /** Its arguments, each as it stands: no shell parses them. */
  args?: readonly string[];
  /** What the child sees of the environment besides `DEFAULT_VARIABLES`: `NAME` or `NAME=VALUE`. */
  env?: readonly string[];
  /** Its working directory; the guard's own by default. */
  cwd?: string;
  /** Bounds and deadlines; `messageBytes` bounds what the server sends. The rest are `CHILD_LIMITS`. */
  limits?: Partial<ChildLimits>;
  /**
   * `group` (default, not on Windows) starts it under a leader that ends it with all its children, also when the guard
   * dies; this runs `/bin/sh`. `direct` starts it alone, and its children are its own business.
   */
  launcher?: "group" | "direct";
  /** Told each line of its standard error, bounded and escaped; by default they are thrown away. */
  onStderr?: (line: string) => void;
  /** Reads the guard's environment; `Deno.env.get` by default. */
  readEnv?: (name: string) => string | undefined;
  /** False: the leader never asks the kernel to tell the guard's death but looks itself; for tests. */
  bind?: boolean;
}

/** A variable that may not be read is not there. */
function readOwnEnv(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

function spawn(program: string, options: Deno.CommandOptions, command: string): Deno.ChildProcess {
  try {
    return new Deno.Command(program, options).spawn();
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotCapable
      ? `no permission to run ${program}`
      : cause instanceof Error && cause.message.includes("No such cwd")
      ? "no such working directory"
      : cause instanceof Deno.errors.NotFound
      ? `${program} is missing`
      : cause instanceof Deno.errors.PermissionDenied
      ? "not an executable file"
      : cause instanceof TypeError
      ? "NUL in an argument"
      : "the system refused";
    throw new UpstreamError("command", `cannot start ${JSON.stringify(command)}: ${why}`, {
      cause,
    });
  }
}

/** The command's own name, for the audit: arguments and folders may hold secrets. */
function nameOf(command: string): string {
  return command.slice(Math.max(command.lastIndexOf("/"), command.lastIndexOf("\\")) + 1);
}

/**
 * Starts a server.
 *
 * The child sees nothing of the guard's environment but what is named, has no controlling terminal, and is ended by
 * `close`: end of input, then SIGTERM to its process group after `eofMs`, then SIGKILL after `termMs` more. Nothing of
 * that needs the permission to run programs again: after this the caller may revoke it. A process that leaves the
 * group by setsid(2) is out of reach.
 *
 * @param options What to start, and how.
 * @returns The channel, which reads nothing from the server's output until `start`.
 * @throws {UpstreamError} With code `command` when it cannot be started.
 * @throws {TypeError} For an environment that cannot be built.
 */
export async function spawnChild(options: ChildOptions): Promise<ChildChannel> {
  const { command, args = [], onStderr = (): void => {} } = options;
  const limits: ChildLimits = { ...CHILD_LIMITS, ...options.limits };
  const windows = Deno.build.os === "windows";
  const group = (options.launcher ?? (windows ? "direct" : "group")) === "group";
  const defaults = windows ? WINDOWS_VARIABLES : DEFAULT_VARIABLES;
  const env = childEnvironment(options.env ?? [], options.readEnv ?? readOwnEnv, defaults);
  const program = windows
    ? command
    : await findCommand(command, env["PATH"] ?? "/usr/bin:/bin", options.cwd ?? ".");
  const leader = (): string[] =>
    leaderArguments(program, args, {
      guard: Deno.pid,
      graceSeconds: Math.ceil(limits.termMs / 1000),
      bind: options.bind ?? true,
    });
  const child = spawn(group ? LEADER_SHELL : program, {
    args: group ? leader() : [...args],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env,
    clearEnv: true,
    detached: group,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }, command);
  const output = streamReader(child.stdout);
  const errors = streamReader(child.stderr);
  const pipe = new LineChannel({
    input: output,
    output: streamWriter(child.stdin),
    remote: nameOf(command),
    limits,
    readOnMs: limits.lastWordsMs,
  });
  const stderr = new StderrReader(limits, onStderr, () => performance.now());
  void stderr.read(errors);
  return new ChildChannel({ child, pipe, readers: [output, errors], limits });
}
