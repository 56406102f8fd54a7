// A second implementation of the decision, deliberately naive: backtracking RegExps, arrays, no index, no cleverness.
// It shares no code with src; where both disagree, one of them is wrong.

/** The lists of one role. */
export interface NaiveRole {
  tools: { allow: string[]; deny: string[] };
  resources: { allow: string[]; deny: string[] };
}

/** The lists of a policy, in plain values. */
export interface NaivePolicy {
  default: "allow" | "deny";
  tools: { allow: string[]; deny: string[] };
  resources: { allow: string[]; deny: string[]; in_arguments: "deny" | "enforce" | "ignore" };
  prompts: { deny_regex: string[]; max_length: number };
  roles: Record<string, NaiveRole>;
}

/** A call. */
export interface NaiveRequest {
  tool: string;
  prompt: string | null;
  resources: string[];
  arguments: Record<string, string>;
  roles: string[];
}

/** Why it is refused, or `Allowed`. */
export type NaiveReason =
  | "Allowed"
  | "ToolDenied"
  | "ResourceDenied"
  | "PromptTooLong"
  | "PromptInjectionSuspected";

/** `file://**` and `file:///**` say the same. */
function spelledOut(pattern: string): string {
  return pattern.replace(/^file:\/\/\*\*/, "file:///**");
}

/** Decides by the words of the documentation. */
export function naiveDecision(policy: NaivePolicy, request: NaiveRequest): NaiveReason {
  if (policy.tools.deny.some((pattern) => nameDenied(pattern, request.tool))) return "ToolDenied";
  if (policy.tools.allow.length > 0) {
    if (!policy.tools.allow.some((pattern) => nameAllowed(pattern, request.tool))) {
      return "ToolDenied";
    }
  } else if (policy.default === "deny") return "ToolDenied";

  for (const uri of request.resources) {
    if (!resourceAllowed(policy, naiveCanonical(uri))) return "ResourceDenied";
  }
  if (policy.resources.in_arguments !== "ignore") {
    for (const value of Object.values(request.arguments)) {
      if (!value.startsWith("/")) continue;
      const uri = naiveCanonical(`file://${value}`);
      if (policy.resources.deny.some((pattern) => uriDenied(pattern, uri))) return "ResourceDenied";
      const listed = policy.resources.in_arguments === "enforce" &&
        (policy.resources.allow.length > 0 || policy.default === "deny");
      if (listed && !resourceAllowed(policy, uri)) return "ResourceDenied";
    }
  }

  const narrowed = byRoles(policy, request);
  if (narrowed !== "Allowed") return narrowed;

  // The documentation's order of reasons: a denied pattern is told before a length.
  const hit = (text: string): boolean =>
    policy.prompts.deny_regex.some((source) => new RegExp(source, "iu").test(text));
  const long = request.prompt !== null && [...request.prompt].length > policy.prompts.max_length;
  if (request.prompt !== null && !long && hit(request.prompt)) return "PromptInjectionSuspected";
  for (const [key, value] of Object.entries(request.arguments)) {
    if (hit(key) || hit(value)) return "PromptInjectionSuspected";
  }
  return long ? "PromptTooLong" : "Allowed";
}

/** A deny of any role of the caller binds; else one role that allows is enough; `*` is for callers without any. */
function byRoles(policy: NaivePolicy, request: NaiveRequest): NaiveReason {
  const held = request.roles.filter((name) => name !== "*" && name in policy.roles);
  const names = held.length > 0 ? held : "*" in policy.roles ? ["*"] : [];
  const roles = names.map((name) => policy.roles[name]!);
  if (roles.length === 0) return "Allowed";
  const passes = (denies: (role: NaiveRole) => boolean, allows: (role: NaiveRole) => boolean) =>
    !roles.some(denies) && roles.some(allows);
  const { tool } = request;
  const usable = passes(
    (role) => role.tools.deny.some((pattern) => nameDenied(pattern, tool)),
    ({ tools: { allow } }) => allow.length === 0 || allow.some((p) => nameAllowed(p, tool)),
  );
  if (!usable) return "ToolDenied";
  const mentioned = policy.resources.in_arguments === "ignore"
    ? []
    : Object.values(request.arguments).filter((v) => v.startsWith("/")).map((v) => `file://${v}`);
  const uses: [uri: string, listed: boolean][] = [
    ...request.resources.map((uri): [string, boolean] => [uri, true]),
    ...mentioned.map((uri): [string, boolean] => [
      uri,
      policy.resources.in_arguments === "enforce",
    ]),
  ];
  for (const [raw, listed] of uses) {
    const uri = naiveCanonical(raw);
    const readable = passes(
      (role) => role.resources.deny.some((pattern) => uriDenied(pattern, uri)),
      ({ resources: { allow } }) =>
        !listed || allow.length === 0 ||
        allow.some((pattern) => uriRegex(spelledOut(pattern), "").test(uri)),
    );
    if (!readable) return "ResourceDenied";
  }
  return "Allowed";
}

function resourceAllowed(policy: NaivePolicy, uri: string): boolean {
  const { allow, deny } = policy.resources;
  if (deny.some((pattern) => uriDenied(pattern, uri))) return false;
  return allow.length > 0
    ? allow.some((pattern) => uriRegex(spelledOut(pattern), "").test(uri))
    : policy.default === "allow";
}

/** Allow: exact, but `/` and `.` are alike. */
function nameAllowed(pattern: string, name: string): boolean {
  const dots = (text: string): string => text.split("/").join(".");
  return wildcard(dots(pattern)).test(dots(name));
}

/** Deny: every run of separators is one, case is gone, and any namespace in front may be left out. */
function nameDenied(pattern: string, name: string): boolean {
  const folded = (text: string): string => text.toLowerCase().replace(/[/.:_-]+/g, "_");
  const regex = wildcard(folded(pattern));
  const suffixes = [name];
  for (const match of name.matchAll(/__|[/.:]/g)) {
    suffixes.push(name.slice(match.index + match[0].length));
  }
  return suffixes.some((suffix) => regex.test(folded(suffix)));
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) =>
    [...part].map((c) => c === "?" ? "." : escape(c)).join("")
  );
  return new RegExp(`^${parts.join(".*")}$`, "su");
}

/** `file:` URIs only: percent-decoding, then dot segments one by one. */
function naiveCanonical(uri: string): string {
  const stack: string[] = [];
  const segments = decodeURIComponent(uri.slice("file://".length)).split("/").slice(1);
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === "..") {
      stack.pop();
      if (last) stack.push("");
    } else if (segment === ".") {
      if (last) stack.push("");
    } else stack.push(segment);
  });
  return `file:///${stack.join("/")}`;
}

function uriDenied(pattern: string, uri: string): boolean {
  const bare = uri.length > "file:///".length ? uri.replace(/\/$/, "") : uri;
  return [uri, bare].some((text) => uriRegex(spelledOut(pattern), "i").test(text));
}

/** `**` is any run of whole segments, also none; a lone `*` is a segment of at least one character. */
function uriRegex(pattern: string, flags: string): RegExp {
  const segments = pattern.slice("file://".length).split("/").slice(1);
  let source = "";
  segments.forEach((segment, i) => {
    if (segment === "**") {
      source += i === segments.length - 1 ? "(?:/.*)?" : "(?:/[^/]*)*";
    } else {
      const one = segment === "*"
        ? "[^/]+"
        : [...segment].map((c) => c === "*" ? "[^/]*" : c === "?" ? "[^/]" : escape(c)).join("");
      source += `/${one}`;
    }
  });
  return new RegExp(`^file://${source}$`, `su${flags}`);
}

function escape(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}
