// The guard around a program (`mcpguard run`), with both ends in a case's hands: what the client writes byte by byte, and
// a server in a few lines of sh that notes what reaches it.

import { policyFile } from "../kit/policy.ts";
import { RunningProcess } from "../kit/process.ts";
import { SOURCE } from "../kit/program.ts";
import { AuditFile } from "./audit.ts";
import type { Message } from "./client.ts";
import { FIXTURE } from "./policies.ts";
import { withAudit } from "./stage.ts";

/** A guard around a program. */
export interface Piped extends AsyncDisposable {
  guard: RunningProcess;
  audit: AuditFile;
  /** A folder of the case's own; `$0` of its server is a file in it. */
  folder: string;
  /** What the client got so far. */
  answers(): Message[];
  /** Waits for a message that the client got. */
  answer(pattern: RegExp): Promise<Message>;
  /** Lines that reached {@linkcode NOTING}. */
  reached(): Promise<string[]>;
}

/** A server that notes each line in the file `$0` and answers every request by an empty result. */
export const NOTING = `while read -r line; do printf '%s\\n' "$line" >> "$0"; ` +
  `id=$(printf '%s' "$line" | sed -n 's/.*"id":\\([0-9]*\\).*/\\1/p'); ` +
  `[ -n "$id" ] && printf '{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\\n' "$id"; done`;

/** How a guard is started. */
export interface PipedOptions {
  /** The policy, without `logging`. */
  policy?: string;
  /** Options of `run`. */
  args?: readonly string[];
  /** Its environment. */
  env?: Record<string, string>;
}

/** Starts the guard around a server in sh. @param script What the server does; `$0` is a file of the case. */
export async function piped(script: string, options: PipedOptions = {}): Promise<Piped> {
  const file = await policyFile("");
  const audit = new AuditFile(`${file.folder}/audit.jsonl`);
  await Deno.writeTextFile(file.path, withAudit(options.policy ?? FIXTURE, audit.path));
  const notes = `${file.folder}/notes`;
  const guard = new RunningProcess([
    ...[...SOURCE, "run", "--policy", file.path, ...options.args ?? []],
    ...["--", "sh", "-c", script, notes],
  ], { stdin: "open", ...(options.env === undefined ? {} : { env: options.env }) });
  return {
    guard,
    audit,
    folder: file.folder,
    answers: () => guard.lines("stdout").map((line) => JSON.parse(line)),
    answer: async (pattern) => {
      const found = await guard.line(pattern, "stdout");
      return JSON.parse(found.input);
    },
    reached: async () => {
      try {
        return (await Deno.readTextFile(notes)).split("\n").filter((line) => line !== "");
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    },
    [Symbol.asyncDispose]: async () => {
      await guard[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}
