// The match room: names, URIs, templates, globs, linear regexes. Deny is wide, allow is narrow.
//
// Differences from the contract in the brief, all additive but the first:
// - findUris returns {uris, suspicious} instead of CanonicalUri[], so that the guard can judge pieces
//   that look like a URI or path and have no canonical form.
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
export { compileUriList } from "./urilist.ts";
export { canonicalizeTemplate, templateVerdict } from "./template.ts";
export type { TemplateVerdict } from "./template.ts";
export { findUris } from "./find.ts";
export { compileRegexSet } from "./regex.ts";
