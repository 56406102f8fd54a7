// The detection room: what texts say, in findings.
export type { Finding } from "./types.ts";
export { judgePrompts, type PromptVerdict } from "./prompt_rules.ts";
