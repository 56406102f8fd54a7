// The detection room: what texts say, in findings.
export type { Finding, SpanFinding } from "./types.ts";
export { judgePrompts, type PromptVerdict } from "./prompt_rules.ts";
export { findingsOf, type Scanners, Searcher, type Sighting } from "./search.ts";
export { type Edits, mask, type Pseudonym, withhold } from "./mask.ts";
export { keepsValid } from "./output_schema.ts";
export { SCANNERS } from "./scanners.ts";
export {
  HIDDEN_RULES,
  INJECTION_RULES,
  scanHidden,
  scanInjection,
  scanJoined,
  stripHidden,
} from "./injection/mod.ts";
export type {
  HiddenRule,
  InjectionOptions,
  InjectionRule,
  JoinedText,
  SurfaceGroup,
} from "./injection/mod.ts";
