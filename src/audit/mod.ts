// The audit room: records as lines of JSON, where they go, and the program's own log.
export { createLogger } from "./logger.ts";
export type { LogFields, Logger, LoggerOptions, LogLevel } from "./logger.ts";
export { handedOver } from "./handover.ts";
export { memorySink } from "./memory.ts";
export { type AuditDeps, createAuditSink, createStderrWriter } from "./sink.ts";
export type { LineTarget, MemorySink, SetTimer } from "./types.ts";
export type { LineWriter } from "./writer.ts";
