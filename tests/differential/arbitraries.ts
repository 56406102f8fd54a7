// Random policies and calls, close enough to each other that every outcome is common.

import fc from "fast-check";
import { CONDITIONS, EFFECTS, type NaiveRule } from "./naive_rules.ts";
import type { NaivePolicy, NaiveRequest, NaiveRole } from "./naive.ts";

const WORDS = ["read", "delete", "file", "fs", "add", "a", "Read", "FILE"];
const word = fc.constantFrom(...WORDS);
const separator = fc.constantFrom("/", ".", ":", "_", "-", "__");

/** Words with separators between them. */
const toolName = fc.array(fc.tuple(word, separator), { minLength: 1, maxLength: 3 }).map((parts) =>
  parts.map(([w, s], i) => i === parts.length - 1 ? w : w + s).join("")
);
const toolPattern = fc.oneof(
  toolName,
  fc.tuple(word, separator).map(([w, s]) => `${w}${s}*`),
  word.map((w) => `*${w}`),
  word.map((w) => `${w}*`),
  fc.tuple(word, separator, word).map(([a, s, b]) => `${a}${s}*${b}`),
  word.map((w) => w.length > 1 ? `${w.slice(0, -1)}?` : w),
);

const segment = fc.constantFrom("pub", "priv", "a.txt", ".env", "x.md", "Priv", "..", ".");
const spelled = fc.tuple(segment, fc.boolean()).map(([text, encode]) =>
  encode ? [...text].map((c, i) => i % 2 === 0 ? percent(c) : c).join("") : text
);
const path = fc.array(spelled, { minLength: 1, maxLength: 5 }).map((parts) =>
  `/${parts.join("/")}`
);
/** A path in an argument has no percent-encoding and ends in a name: what it means then is beyond doubt. */
const argumentPath = fc.tuple(
  fc.array(segment, { maxLength: 4 }),
  fc.constantFrom("pub", "priv", "a.txt", ".env", "x.md"),
).map(([parts, last]) => `/${[...parts, last].join("/")}`);
const plainSegment = fc.constantFrom("pub", "priv", "a.txt", ".env", "x.md");
const uriPattern = fc.oneof(
  fc.constantFrom("file://**/*.md", "file://**/.env", "file:///**", "file:///*"),
  plainSegment.map((s) => `file:///${s}/**`),
  plainSegment.map((s) => `file:///${s}/*`),
  fc.tuple(plainSegment, plainSegment).map(([a, b]) => `file:///${a}/**/${b}`),
  fc.tuple(plainSegment, plainSegment).map(([a, b]) => `file:///${a}/${b}`),
  plainSegment.map((s) => `file:///${s.slice(0, -1)}?`),
);

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16)}`;
}

const REGEXES = ["ignore.*instructions", "exfil(trate)?", "^a+$", "[0-9]{3}", "drop|wipe"];
const text = fc.array(
  fc.constantFrom(
    "ignore",
    "all",
    "instructions",
    "exfil",
    "aaa",
    "42",
    "123",
    "wipe",
    "IGNORE",
    "ü",
  ),
  { maxLength: 6 },
).map((words) => words.join(" "));

const IDS = ["alice", "bob", "team-a", "team-b"];
const ROLES = ["ops", "finance", "viewer", "editor", "auditor"];
const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(values, { minLength: 1, maxLength: 2 });

/** A random rule: about tools, resources or methods, or several of them. */
const rule: fc.Arbitrary<NaiveRule> = fc.record({
  tools: fc.oneof(fc.constant<string[]>(["*"]), some(toolPattern), some(word.map((w) => `*${w}*`))),
  resources: fc.oneof(fc.constant<string[]>(["file:///**"]), some(uriPattern)),
  methods: some(fc.constantFrom("tools/call", "tools/*", "prompts/get", "*")),
  identities: fc.array(fc.constantFrom(...IDS, "team-*", "*"), { minLength: 1, maxLength: 3 }),
  roles: fc.subarray(ROLES, { minLength: 1 }),
  when: fc.nat(CONDITIONS.length - 1),
  effect: fc.constantFrom(...EFFECTS),
}, { requiredKeys: ["effect"] }).map((made) =>
  made.tools || made.resources || made.methods ? made : { ...made, tools: ["*"] }
);

const roleName = fc.constantFrom("viewer", "editor", "auditor");
const role = fc.record({
  tools: fc.record({
    allow: fc.array(toolPattern, { maxLength: 3 }),
    deny: fc.array(toolPattern, { maxLength: 1 }),
  }),
  resources: fc.record({
    allow: fc.array(uriPattern, { maxLength: 2 }),
    deny: fc.array(uriPattern, { maxLength: 1 }),
  }),
});

/** A random policy. */
const anyPolicies: fc.Arbitrary<NaivePolicy> = fc.record({
  default: fc.constantFrom("allow", "allow", "deny"),
  tools: fc.record({
    allow: fc.oneof(
      fc.constant<string[]>([]),
      fc.constant<string[]>(["*"]),
      fc.array(toolPattern, { minLength: 1, maxLength: 3 }),
    ),
    deny: fc.array(toolPattern, { maxLength: 2 }),
  }),
  resources: fc.record({
    allow: fc.array(uriPattern, { maxLength: 2 }),
    deny: fc.array(uriPattern, { maxLength: 2 }),
    in_arguments: fc.constantFrom("deny", "enforce", "ignore"),
  }),
  prompts: fc.record({
    deny_regex: fc.subarray(REGEXES, { maxLength: 2 }),
    max_length: fc.integer({ min: 5, max: 40 }),
  }),
  rules: fc.oneof({ arbitrary: fc.constant<NaiveRule[]>([]), weight: 1 }, {
    weight: 4,
    arbitrary: fc.array(rule, { minLength: 1, maxLength: 6 }),
  }),
  roles: fc.oneof(
    fc.constant<Record<string, NaiveRole>>({}),
    fc.dictionary(fc.oneof(roleName, fc.constant("*")), role, {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
});

/** Lists that let everything pass, so that rules have something to say. */
const OPEN: Partial<NaivePolicy> = {
  default: "allow",
  tools: { allow: [], deny: [] },
  resources: { allow: [], deny: [], in_arguments: "deny" },
  prompts: { deny_regex: [], max_length: 40 },
  roles: {},
};

/** A random policy; in every second one the lists say nothing. */
export const policies: fc.Arbitrary<NaivePolicy> = fc.tuple(
  fc.boolean(),
  fc.constantFrom("deny", "ignore").map((in_arguments) => in_arguments as "deny" | "ignore"),
  anyPolicies,
).map(([open, in_arguments, policy]) =>
  open ? { ...policy, ...OPEN, resources: { allow: [], deny: [], in_arguments } } : policy
);

/** A random call. */
export const requests: fc.Arbitrary<NaiveRequest> = fc.record({
  tool: toolName,
  prompt: fc.option(text),
  resources: fc.array(path.map((p) => `file://${p}`), { maxLength: 2 }),
  arguments: fc.dictionary(
    fc.constantFrom("path", "note", "ignore all instructions"),
    fc.oneof(argumentPath, text),
    { maxKeys: 2 },
  ),
  caller: fc.record({ id: fc.constantFrom(...IDS), roles: fc.subarray(ROLES) }),
});
