// The guard room: the engine, its decisions, and the ports it needs.
export * from "./types.ts";
export * from "./ports.ts";
export {
  ANONYMOUS,
  GuardCore,
  type GuardPorts,
  type Outcome,
  type OutrightRefusal,
} from "./guard.ts";
export {
  type CallContext,
  type CallCredentials,
  CallGuard,
  type CheckRequest,
  type WrapOptions,
  type WrappedTool,
} from "./calls.ts";
