// The fixture's policy and the cases' own, translated by hand from the catalogue's shorthand into version 1.

/** Who may connect, in every policy of a case: alice and bob by their tokens. */
export const AUTH = `auth:
  mode: bearer
  allowed_tokens: [{key: ALICE, identity: alice, roles: [user]}, {key: BOB, identity: bob, roles: [user]}]
`;

const DENY = `  deny: ["delete_*"]
`;
const DENY_URIS = `  deny: ["file:///priv/**", "https://denied.example/**"]
`;

/** The fixture: default deny, and what its lists say. `pay` needs an approval there, so it is not allowed here. */
export const FIXTURE = `version: 1
default: deny
${AUTH}tools:
  allow: [read_file, echo, search, http_post]
${DENY}resources:
  allow: ["file:///pub/**", "https://allowed.example/**"]
${DENY_URIS}prompts:
  allow: [greet]
`;

/** The same without the allow lists: all that is not denied may pass. */
export const OPEN = `version: 1
default: allow
${AUTH}tools:
${DENY}resources:
${DENY_URIS}`;

/** A policy that a case brings. */
export interface CasePolicy {
  /** Version 1. */
  text: string;
  /** Set where the file must be refused: what the message must say, so that another fault does not count. */
  refused?: RegExp;
}

const refused = (text: string, says: RegExp): CasePolicy => ({
  text: `version: 1\n${text}`,
  refused: says,
});
const rate = (fields: string, says: RegExp): CasePolicy => refused(`rate_limit: {${fields}}`, says);

/** The policies of the cases that bring one, in the order of their `policy` steps. */
export const CASE_POLICIES: Readonly<Record<string, readonly CasePolicy[]>> = {
  // The operator's regex runs over the arguments of a tool that may be called; the shorthand allows none.
  "PAT-001": [{
    text: `version: 1\ndefault: deny\n${AUTH}tools: {allow: [read_file]}\n` +
      `prompts: {deny_regex: ["^(a+)+$"]}\n`,
  }],
  "PAT-006": [refused('tools: {deny: ["!read_*"]}', /tools\.deny\[0\]/)],
  "PAT-009": [{
    text: `version: 1\ndefault: deny\n${AUTH}tools: {allow: ["re:^read_file|list$"]}\n`,
  }],
  "PAT-012": [{
    text: `version: 1\ndefault: deny\n${AUTH}tools: {allow: ["**"], deny: ["delete_*"]}\n`,
  }],
  "POL-001": [refused(
    `tools:
  allow: &a [x,x,x,x,x,x,x,x,x]
  deny: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
resources:
  allow: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
  deny: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
prompts:
  allow: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]
  deny: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]
  deny_regex: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]
`,
    /aliases/,
  )],
  "POL-002": [refused('tools: &b {deny: ["**"]}\nprompts:\n  <<: *b\n', /merge keys/)],
  "POL-004": [
    refused("defualt: deny\n", /unknown key "defualt".*did you mean "default"/),
    refused('denny: {tools: ["delete_*"]}\n', /unknown key "denny"/),
    rate(
      "capacity: 1, refill_rate_per_sec: 1, overrides: [{tool: [a], tools: [a], capacity: 1, refill_rate_per_sec: 1}]",
      /unknown key "tool".*did you mean "tools"/,
    ),
  ],
  "POL-006": [
    refused("default: no\n", /default: expected `allow` or `deny`/),
    refused('tools: {stealth: "false"}\n', /stealth: expected/),
    rate("capacity: 1_000, refill_rate_per_sec: 1", /capacity: expected/),
  ],
  "POL-007": [
    { text: "", refused: /expected a mapping that begins with/ },
    { text: "# x", refused: /expected a mapping that begins with/ },
    { text: "null", refused: /expected a mapping that begins with/ },
  ],
  "POL-014": [
    refused("include: [./a.yaml]\n", /unknown key "include"/),
    refused("default: ${UNSET:-allow}\n", /no variables/),
  ],
  "POL-015": [
    refused("rules: [{id: a, effect: allow}]\n", /rules\[0\]: a rule says what it is about/),
    refused("rules: [{id: a, effect: allow, tools: []}]\n", /rules\[0\]\.tools: .*at least 1/),
    refused("rules: [{id: a, effect: allow, identities: []}]\n", /identities: .*at least 1/),
  ],
  "RATE-010": [
    rate("capacity: -1, refill_rate_per_sec: 1", /capacity: expected/),
    rate("capacity: .nan, refill_rate_per_sec: 1", /capacity: expected/),
    rate("capacity: .inf, refill_rate_per_sec: 1", /capacity: expected/),
    rate('capacity: "10", refill_rate_per_sec: 1', /capacity: expected/),
  ],
  "AUTH-010": [
    ...[
      "http://169.254.169.254/jwks",
      "http://idp.example/jwks",
      "https://10.0.0.1/jwks",
      "file:///etc/keys",
    ]
      .map((url) =>
        refused(
          `auth: {mode: jwt, jwt: {issuer: i, audience: a, jwks_url: "${url}"}}\n`,
          /auth\.jwt\.jwks_url: (expected https|names a private)/,
        )
      ),
    refused(
      'auth: {mode: jwt, jwt: {jwks_uri: "http://169.254.169.254/jwks"}}\n',
      /auth\.jwt\.\?: unknown key/,
    ),
  ],
  // A program is a list of arguments, in which nothing is filled in.
  "STD-013": [
    refused('upstreams: [{name: a, command: "sh -c ${CLIENT_NAME}"}]\n', /command: /),
    refused('upstream: {command: "sh -c ${CLIENT_NAME}"}\n', /unknown key "upstream"|no variables/),
  ],
  "AUTH-001": [refused('auth: {mode: api_key, allowed_keys: [""]}\n', /allowed_keys\[0\]/)],
};

/** Policies that a case needs besides its steps, where the fixture's own limits would answer first. */
export const CASE_SETTINGS: Readonly<Record<string, string>> = {
  // A million elements stay below the byte limit only where that is larger than the default.
  "JSON-016": `${FIXTURE}limits: {message_bytes: 8388608}\n`,
};
