// The guard room: the engine, its decisions, and the ports it needs.
export * from "./types.ts";
export * from "./ports.ts";
export { type ApprovalEvent, ApprovalEvents, type ApprovalListener } from "./approval_events.ts";
export { Approvals, type Approver, question, type Settled } from "./approvals.ts";
export { GuardCore } from "./guard.ts";
export { askId, pinName } from "./place.ts";
export {
  ANONYMOUS,
  type Answered,
  type Outcome,
  type OutrightRefusal,
  type Screening,
} from "./requests.ts";
export {
  type ApprovalAnswer,
  type CallContext,
  type CallCredentials,
  CallGuard,
  type CheckRequest,
  type WrapOptions,
  type WrappedTool,
} from "./calls.ts";
