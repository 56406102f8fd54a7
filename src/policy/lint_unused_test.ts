import { expect } from "expect";
import { lintPolicy } from "./parse.ts";

/** Warnings of some kinds, as `line:column path code`. */
function warnings(text: string, ...codes: string[]): string[] {
  const report = lintPolicy(text, "p.yaml");
  expect(report.problems).toEqual([]);
  return report.warnings.filter(({ code }) => codes.includes(code))
    .map(({ line, column, path, code }) => `${line}:${column} ${path} ${code}`);
}

const KEY = `"sha256:${"0".repeat(64)}"`;
const keys = (roles: string): string =>
  `version: 1\nauth: { mode: api_key, allowed_keys: [{ key: ${KEY}, identity: alice, roles: ${roles} }] }\n`;

Deno.test("lint tells of roles that nothing asks for", () => {
  const unused = (more: string): string[] => warnings(keys("[ops]") + more, "unused");
  expect(unused("")).toEqual(["2:146 auth.allowed_keys[0].roles[0] unused"]);
  for (
    const more of [
      "roles: { ops: {}, '*': {} }",
      "rules: [{ id: a, tools: [x], roles: [ops], effect: deny }]",
      `rules: [{ id: a, tools: [x], when: '"ops" in identity.roles', effect: deny }]`,
      `rules: [{ id: a, tools: [x], when: 'identity.roles.exists(r, r == args.r)', effect: deny }]`,
    ]
  ) expect([more, unused(more)]).toEqual([more, []]);
});

Deno.test("lint tells of identities that no key has", () => {
  const rule = (ids: string): string =>
    `${keys("[]")}rules:\n  - { id: a, tools: [x], identities: ${ids}, effect: deny }\n`;
  expect(warnings(rule("[alice, bob]"), "unknown_identity")).toEqual([
    "4:46 rules[0].identities[1] unknown_identity",
  ]);
  expect(warnings(rule("['b*', local, 'key:0011aabb']"), "unknown_identity")).toEqual([]);
  expect(warnings(rule("[bob]").replace(/^auth.*$/m, ""), "unknown_identity")).toEqual([]);
});

Deno.test("lint tells of approvers whom nothing asks", () => {
  const admin = `version: 1\napprovals: { admin_keys: [{ key: ${KEY}, identity: carol }] }\n`;
  expect(warnings(admin, "unused")).toEqual(["2:26 approvals.admin_keys unused"]);
  for (
    const more of [
      "rules: [{ id: a, tools: [x], effect: approve }]",
      "rules: [{ id: a, tools: [x], effect: confirm }]",
      "server_requests: { sampling: approve }",
      "server_requests: { elicitation: { url: confirm } }",
    ]
  ) expect([more, warnings(admin + more, "unused")]).toEqual([more, []]);
});

Deno.test("lint tells of servers of which nothing may be used", () => {
  const servers = (more: string): string =>
    `version: 1\ndefault: deny\nupstreams:\n  - { name: files, target: "http://127.0.0.1:1/mcp" }\n` +
    `  - { name: git, target: "http://127.0.0.1:2/mcp" }\n${more}`;
  const unused = (more: string): string[] => warnings(servers(more), "unused");
  expect(unused("tools: { allow: ['files/*'] }")).toEqual(["5:13 upstreams[1].name unused"]);
  for (
    const more of [
      "tools: { allow: ['files/*', git__log] }",
      "tools: { allow: ['*'] }",
      "tools: { allow: ['g*', 'f*'] }",
      "tools: { allow: ['files/*', 're:git/.*'] }",
      "tools: { allow: ['files/*'] }\nprompts: { allow: ['git/*'] }",
      "tools: { allow: ['files/*'] }\nresources: { allow: ['file:///**'] }",
    ]
  ) expect([more, unused(more)]).toEqual([more, []]);
});

Deno.test("lint tells of narrower lists that allow what the policy does not", () => {
  const wide = (more: string): string[] =>
    warnings(`version: 1\ntools: { allow: [read, files/list] }\n${more}`, "unreachable");
  expect(wide("roles: { ops: { tools: { allow: [read, write] } }, '*': {} }")).toEqual([
    "3:40 roles.ops.tools.allow[1] unreachable",
  ]);
  expect(wide("roles: { ops: { tools: { allow: ['w*', files.list] } }, '*': {} }")).toEqual([]);
  expect(
    wide(
      'upstreams: [{ name: files, target: "http://127.0.0.1:1/mcp", tools: { allow: [list, wipe] } }]',
    ),
  ).toEqual(["3:85 upstreams[0].tools.allow[1] unreachable"]);
});

Deno.test("lint tells of limits for tools that nobody may call", () => {
  const limit = (tools: string): string[] =>
    warnings(
      `version: 1\ntools: { allow: [read, files/*] }\nrate_limit: { capacity: 9, refill_rate_per_sec: 1, ` +
        `overrides: [{ tools: ${tools}, capacity: 1, refill_rate_per_sec: 1 }] }\n`,
      "unreachable",
    );
  expect(limit("[read, wipe]")).toEqual(["3:80 rate_limit.overrides[0].tools[1] unreachable"]);
  expect(limit("[READ, files.x, 'w*']")).toEqual([]);
});

Deno.test("lint tells of hosts that may be opened for nothing", () => {
  const hosts = (url: string): string[] =>
    warnings(
      `version: 1\nserver_requests: { elicitation: { url: { ${url} } } }\n`,
      "unused",
      "shadowed",
    );
  expect(hosts("effect: deny, allow_hosts: [a.example]")).toEqual([
    "2:69 server_requests.elicitation.url.allow_hosts unused",
  ]);
  expect(hosts("allow_hosts: ['*.example.com', a.EXAMPLE.com, b.example, b.example]")).toEqual([
    "2:73 server_requests.elicitation.url.allow_hosts[1] shadowed",
    "2:99 server_requests.elicitation.url.allow_hosts[3] shadowed",
  ]);
  expect(hosts("allow_hosts: ['*.example.com', example.com]")).toEqual([]);
});
