// The match room: names, URIs, templates, globs, linear regexes. Deny is wide, allow is narrow.
//
// Differences from the contract in the brief, all additive but the first:
// - findUris returns {uris, guesses, suspicious, truncated} instead of CanonicalUri[]. Deny lists judge uris and
//   guesses; `resources.in_arguments: enforce` judges only uris by the allow list. Any code in suspicious is a sign
//   of an attack and worth a denial where there is a deny list; it is empty for prose, JSON and code.
// - CanonicalUri has userinfo and inner; UriList has firstReachable and firstCovering for templates;
//   PatternError has index (which pattern of the list).
// - templateVerdict(template, allow, deny, emptyAllows) judges items of resources/templates/list.
//
// Private hosts (CanonicalUri.private): an allow list reaches them only by a pattern that spells the
// host. Where the allow list is empty and everything is allowed, the GUARD denies private hosts.

export { PatternError, UriError } from "./errors.ts";
export type { UriCode } from "./errors.ts";
export type {
  CanonicalTemplate,
  CanonicalUri,
  FoundUris,
  NameList,
  RegexSet,
  TemplateGap,
  UriList,
} from "./types.ts";
export { foldName } from "./fold.ts";
export { compileNameList, isPlainPromptName, isPlainToolName } from "./names.ts";
export { canonicalizeUri } from "./uri.ts";
export { compileNameIndex } from "./nameindex.ts";
export type { NameIndex } from "./nameindex.ts";
export { compileIdPattern } from "./idpattern.ts";
export { compileUriList } from "./urilist.ts";
export { hideIn, literalPattern, recordedTemplate, recordedUri } from "./recorded.ts";
export { canonicalizeTemplate, templateVerdict } from "./template.ts";
export type { TemplateVerdict } from "./template.ts";
export { findUris } from "./find.ts";
export { UriBudget } from "./budget.ts";
export { literalNamePattern } from "./literal_name.ts";
export { matchesNothing } from "./hopeless.ts";
export { compileRegexSet } from "./regex.ts";
export type { RegexOptions } from "./regex.ts";
export {
  type Apart,
  isUpstreamName,
  joinName,
  joinUri,
  MAX_UPSTREAM_NAME,
  NAME_SEPARATOR,
  splitName,
  splitSpelling,
  splitUri,
} from "./joined.ts";
