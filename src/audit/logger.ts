// The program's own messages, as JSON lines or text, from a level on. Audit records never come through here.

import type { Clock } from "../guard/ports.ts";
import type { LoggingConfig } from "../policy/types.ts";
import { cap, escapeInvisible } from "./text.ts";
import type { LineWriter } from "./writer.ts";

/** Values that a message may carry. Never put a secret in one. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** How serious a message is. */
export type LogLevel = LoggingConfig["level"];

/** The program log. */
export interface Logger {
  /** Messages below it are left out from now on. */
  setLevel(level: LogLevel): void;
  /** Says something at a level; fields named `ts`, `level` or `message` are left out of JSON lines. */
  log(level: LogLevel, message: string, fields?: LogFields): void;
  /** For whoever looks for a fault. */
  debug(message: string, fields?: LogFields): void;
  /** Something happened that should. */
  info(message: string, fields?: LogFields): void;
  /** Something is odd; the program goes on. */
  warning(message: string, fields?: LogFields): void;
  /** Something failed. */
  error(message: string, fields?: LogFields): void;
}

/** Settings of a logger. */
export interface LoggerOptions {
  /** Messages below it are left out. */
  level: LogLevel;
  /** `text` for people, `json` for machines. */
  format: "text" | "json";
  /** The writer of standard error, shared with the audit. */
  writer: Pick<LineWriter, "write">;
  /** Its wall clock is read. */
  clock: Clock;
}

const ORDER: readonly LogLevel[] = ["DEBUG", "INFO", "WARNING", "ERROR"];
const MESSAGE_UNITS = 2048;
const FIELD_UNITS = 512;

/**
 * Makes the program log. Messages that cannot be written are counted, and the next one says how many were lost.
 *
 * @param options Level, form and place.
 * @returns The logger; closing the writer flushes it.
 */
export function createLogger(options: LoggerOptions): Logger {
  let least = ORDER.indexOf(options.level);
  let dropped = 0;
  const log = (level: LogLevel, message: string, fields: LogFields = {}): void => {
    if (ORDER.indexOf(level) < least) return;
    const told = dropped;
    const all = told > 0 ? { ...fields, messages_lost: told } : fields;
    const line = (options.format === "json" ? jsonLine : textLine)(
      new Date(options.clock.now()).toISOString(),
      level,
      message,
      all,
    );
    dropped = 0;
    options.writer.write(line, 0).catch(() => {
      dropped += told + 1;
    });
  };
  return {
    setLevel: (level) => {
      least = ORDER.indexOf(level);
    },
    log,
    debug: (message, fields) => log("DEBUG", message, fields),
    info: (message, fields) => log("INFO", message, fields),
    warning: (message, fields) => log("WARNING", message, fields),
    error: (message, fields) => log("ERROR", message, fields),
  };
}

function jsonLine(ts: string, level: LogLevel, message: string, fields: LogFields): string {
  const line: Record<string, LogFields[string]> = {
    ts,
    level,
    message: cap(message, MESSAGE_UNITS),
  };
  for (const [name, value] of Object.entries(fields)) {
    if (!Object.hasOwn(line, name)) line[cap(name, FIELD_UNITS)] = capValue(value);
  }
  return escapeInvisible(JSON.stringify(line)) + "\n";
}

function textLine(ts: string, level: LogLevel, message: string, fields: LogFields): string {
  // The message is written as JSON without its quotes: line ends and quotes in it are escaped, spaces are not.
  let line = `${ts} ${level} ${JSON.stringify(cap(message, MESSAGE_UNITS)).slice(1, -1)}`;
  for (const [name, value] of Object.entries(fields)) {
    line += ` ${JSON.stringify(cap(name, FIELD_UNITS)).slice(1, -1)}=${
      JSON.stringify(capValue(value))
    }`;
  }
  return escapeInvisible(line) + "\n";
}

function capValue(value: LogFields[string]): LogFields[string] {
  return typeof value === "string" ? cap(value, FIELD_UNITS) : value;
}
