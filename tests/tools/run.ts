// Runs a child process to its end and keeps what it said. Children use the very deno that runs us.

/** How a child ended. */
export interface Ended {
  /** Exit code; 128 and more after a signal. */
  code: number;
  /** Standard output. */
  stdout: string;
  /** Standard error. */
  stderr: string;
  /** Wall time, ms. */
  ms: number;
}

/** What {@linkcode run} may be told. */
export interface RunOptions {
  /** Working directory; the project's root unless given. */
  cwd?: string;
  /** Variables added to the environment. */
  env?: Record<string, string>;
  /** Called with every finished line of standard output and standard error. */
  onLine?: (line: string) => void;
}

/** The root of the project, with a slash at the end. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/**
 * Runs a program and waits for its end.
 *
 * @param command Path or name of the program, then its arguments.
 * @param options See {@linkcode RunOptions}.
 * @returns How it ended; a program that cannot be started ends with 127.
 */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const started = performance.now();
  const [program, ...args] = command;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program!, {
      args,
      cwd: options.cwd ?? ROOT,
      env: { NO_COLOR: "1", ...options.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    return { code: 127, stdout: "", stderr: `${program}: ${(error as Error).message}\n`, ms: 0 };
  }
  const [stdout, stderr, status] = await Promise.all([
    collect(child.stdout, options.onLine),
    collect(child.stderr, options.onLine),
    child.status,
  ]);
  return { code: status.code, stdout, stderr, ms: performance.now() - started };
}

/** {@linkcode run} for the deno that runs this script. */
export function deno(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run([Deno.execPath(), ...args], options);
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  let all = "";
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    all += text;
    if (onLine === undefined) continue;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  if (rest !== "") onLine?.(rest);
  return all;
}
