// The policy room: the file's closed schema, YAML with places, compilation to matchers, warnings.

export { lintPolicy, parsePolicy } from "./parse.ts";
export type { PolicyReport } from "./parse.ts";
export { policyJsonSchema } from "./schema.ts";
export type { SchemaNode } from "./schema.ts";
export { type UnknownArgument, unknownArguments } from "./unknown_arguments.ts";
export {
  parsePolicyTests,
  type PolicyCase,
  type PolicyMessage,
  type PolicyTests,
  testsJsonSchema,
} from "./test_file.ts";
export { policyReference, testsReference } from "./reference.ts";
export {
  Duration,
  type Expression,
  Failure,
  Fuel,
  type Raw,
  Timestamp,
  uriValue,
  type Value,
} from "./cel/mod.ts";
export { MAX_POLICY_BYTES } from "./text.ts";
export type { PolicyProblem } from "../errors.ts";
export type {
  CanonicalTemplate,
  CanonicalUri,
  NameIndex,
  NameList,
  RegexSet,
  TemplateGap,
  UriList,
} from "../match/mod.ts";
export type {
  Acl,
  ApprovalsConfig,
  ArgumentStep,
  AttestationConfig,
  AuthConfig,
  DetectAction,
  DetectConfig,
  DetectorConfig,
  DetectThreshold,
  Flow,
  FlowSelector,
  FlowStateConfig,
  Hint,
  InjectionConfig,
  JudgeConfig,
  JwtConfig,
  JwtKeys,
  KeySpec,
  LeakConfig,
  Limits,
  ListedTool,
  LoggingConfig,
  PinsConfig,
  Policy,
  PolicyWarning,
  RateLimitConfig,
  RoleLists,
  RolePolicies,
  Rule,
  RuleEffect,
  RuleSet,
  ServerRequestEffect,
  ServerRequestsConfig,
  UpstreamConfig,
  UpstreamHeader,
  UpstreamServer,
} from "./types.ts";
