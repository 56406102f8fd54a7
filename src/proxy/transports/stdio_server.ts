// The guard's own standard input and output as the client's connection: what `mcpguard run` speaks to its client.

import { LineChannel } from "./stdio_channel.ts";
import { STDIO_LIMITS, type StdioLimits } from "./stdio_limits.ts";
import { fileReader, fileWriter, type ReadableFile, type WritableFile } from "./stdio_pipe.ts";

/** What the client's connection is made of. */
export interface StdioServerOptions {
  /** Where the client's messages come from: `Deno.stdin`. */
  stdin: ReadableFile;
  /** Where messages to the client go: `Deno.stdout`, which nobody else may write to. */
  stdout: WritableFile;
  /** Bounds and deadlines; the rest are `STDIO_LIMITS`. */
  limits?: Partial<StdioLimits>;
}

/**
 * Makes the channel toward the client that has started this process.
 *
 * The end of standard input is told by `onEnd`, as the client may still wait for answers; a client that has closed
 * standard output ends the channel. A client is held back while it does not read: nothing is dropped.
 *
 * @param options The two files, which belong to the channel from now on, and bounds.
 * @returns The channel, which reads nothing until `start`.
 */
export function stdioServerChannel(options: StdioServerOptions): LineChannel {
  return new LineChannel({
    input: fileReader(options.stdin),
    output: fileWriter(options.stdout),
    remote: "stdio",
    limits: { ...STDIO_LIMITS, ...options.limits },
  });
}
