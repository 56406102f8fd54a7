// The judge room: a classifier of the operator's own behind the port `Detector`.
export { HttpJudge, type HttpJudgeOptions } from "./http_judge.ts";
