// The threat catalogue's cases about names, URIs and patterns, under its own allow and deny lists and under default
// allow with the deny list only. Each refused case stands beside a neighbour that must pass.

import { expect } from "expect";
import { PatternError, UriError } from "./errors.ts";
import { findUris } from "./find.ts";
import { foldName } from "./fold.ts";
import { compileNameList, isPlainToolName } from "./names.ts";
import { compileRegexSet } from "./regex.ts";
import { canonicalizeTemplate } from "./template.ts";
import { canonicalizeUri } from "./uri.ts";
import { compileUriList } from "./urilist.ts";

const TOOLS = {
  allow: compileNameList(["read_file", "echo", "search", "http_post"]),
  deny: compileNameList(["delete_*"]),
};
const RESOURCES = {
  allow: compileUriList(["file:///pub/**", "https://allowed.example/**"]),
  deny: compileUriList(["file:///priv/**", "https://denied.example/**"]),
};

/** What a guard does with a tool name. */
function toolPasses(name: string, policy: "lists" | "deny"): boolean {
  if (!isPlainToolName(name) || TOOLS.deny.firstFolded(name) >= 0) return false;
  return policy === "deny" || TOOLS.allow.firstExact(name) >= 0;
}

/** What a guard does with a URI. */
function uriPasses(text: string, policy: "lists" | "deny"): boolean {
  try {
    const uri = canonicalizeUri(text);
    if (RESOURCES.deny.firstFolded(uri) >= 0) return false;
    return policy === "deny" ? !uri.private : RESOURCES.allow.firstExact(uri) >= 0;
  } catch (error) {
    if (error instanceof UriError) return false;
    throw error;
  }
}

const NAMES: readonly (readonly [string, string, string])[] = [
  ["NAME-001", "Delete_File", "read_file"],
  ["NAME-002", "DELETE_FILE", "read_file"],
  ["NAME-004", "\tdelete_file", "read_file"],
  ["NAME-005", "delete_file\n", "read_file"],
  ["NAME-007", "delete_\ufb01le", "read_file"],
  ["NAME-008", "delete\u200b_file", "read_file"],
  ["NAME-009", "d\u0435lete_file", "read_file"],
  ["NAME-011", "delete-file", "http_post"],
  ["NAME-012", "fs.delete_file", "echo"],
  ["NAME-013", "fs/delete_file", "search"],
  ["NAME-014", "fs:delete_file", "search"],
  ["NAME-018", "delete_file;v=2", "read_file"],
  ["NAME-019", "../delete_file", "read_file"],
];

for (const [id, bad, good] of NAMES) {
  for (const policy of ["lists", "deny"] as const) {
    Deno.test(`${id} is refused under ${policy}, and its neighbour passes`, () => {
      expect(toolPasses(bad, policy)).toBe(false);
      expect(toolPasses(good, policy)).toBe(true);
    });
  }
  Deno.test(`${id} is refused by the deny list alone, however plain names are defined`, () => {
    expect(TOOLS.deny.firstFolded(bad)).toBe(0);
    expect(TOOLS.deny.firstFolded(good)).toBe(-1);
    expect(TOOLS.allow.firstExact(bad)).toBe(-1);
  });
}

/** Refused, and a neighbour that passes under both policies. */
const URIS: readonly (readonly [string, string, string])[] = [
  ["URI-001", "file:///pub/../priv/b.txt", "file:///priv/../pub/a.txt"],
  ["URI-004", "file:///pub/%252e%252e/priv/b.txt", "file:///pub/%2520/b.txt"],
  ["URI-007", "file:///pub/%5c..%5cpriv/b.txt", "file:///pub/%23..%23priv/b.txt"],
  ["URI-009", "file:/priv/b.txt", "file:/pub/a.txt"],
  ["URI-011", "file:////host/priv/b.txt", "file:///pub/a.txt"],
  ["URI-012", "file://evil.example/priv/b.txt", "file:///pub/evil.example/priv/b.txt"],
  ["URI-013", "file://localhost/priv/b.txt", "file://localhost/pub/a.txt"],
  ["URI-016", " file:///priv/b.txt ", "file:///pub/a.txt"],
  ["URI-021", "file:///priv/b.txt/.", "file:///pub/a.txt/."],
  ["URI-022", "https://intra.example/pub/..;/priv", "https://allowed.example/pub;v=1/priv"],
  ["URI-023", "file:///pub/\uff0e\uff0e/priv/b.txt", "file:///pub/\u2026/b.txt"],
  ["URI-025", "file:///priv/re\u0301sume\u0301.txt", "file:///pub/re\u0301sume\u0301.txt"],
  ["URI-026", "file:///PRIV/B.TXT", "file:///pub/B.TXT"],
  ["URI-027", "file:///proc/self/root/priv/b.txt", "file:///pub/proc/self/root/b.txt"],
  ["URI-028", "file:///%70riv/b.txt", "file:///%70ub/a.txt"],
  ["URI-029", "file:///priv/%zz", "file:///pub/%20"],
  ["URI-101", "https://allowed.example@evil.example/", "https://allowed.example/@evil.example/"],
  ["URI-102", "https://evil.example\\@allowed.example/", "https://allowed.example/x@y"],
  ["URI-103", "https://evil.example#@allowed.example/", "https://allowed.example/#@evil.example/"],
  ["URI-109", "http://0x7f000001/", "https://allowed.example/0x7f000001"],
  ["URI-110", "http://0177.0.0.1/", "https://allowed.example/0177"],
  ["URI-111", "http://127.1/", "https://allowed.example/127.1"],
  ["URI-112", "http://0/", "https://allowed.example/0"],
  ["URI-113", "http://[0:0:0:0:0:0:0:1]/", "https://allowed.example/[::1]"],
  ["URI-115", "http://[64:ff9b::a9fe:a9fe]/", "https://allowed.example/"],
  ["URI-119", "https://\u0430llowed.example/", "https://allowed.example/\u0430"],
  ["URI-123", "http:///denied.example/", "https://allowed.example//x"],
  ["URI-126", "custom://Host:80/%2e%2e/priv", "file:///pub/%2e%2e/pub/a"],
  ["URI-127", "db:pub/../priv", "file:///pub/db:pub"],
  ["URI-132", "file:///pub/" + "a/".repeat(500_000), "file:///pub/" + "a/".repeat(4000)],
];

for (const [id, bad, good] of URIS) {
  for (const policy of ["lists", "deny"] as const) {
    Deno.test(`${id} is refused under ${policy}, and its neighbour passes`, () => {
      expect(uriPasses(bad, policy)).toBe(false);
      expect(uriPasses(good, policy)).toBe(true);
    });
  }
}

for (
  const [id, text, forwarded] of [
    ["URI-104", "https://allowed.example:443/", "https://allowed.example/"],
    ["URI-105", "https://allowed.example:0443/", "https://allowed.example/"],
    [
      "URI-121",
      "https://allowed.example/redirect?to=http://169.254.169.254/",
      "https://allowed.example/redirect?to=http://169.254.169.254/",
    ],
    ["URI-130", "file:///pub/l", "file:///pub/l"],
  ] as const
) {
  Deno.test(`${id} passes under both policies, in its canonical form`, () => {
    expect(uriPasses(text, "lists")).toBe(true);
    expect(uriPasses(text, "deny")).toBe(true);
    expect(canonicalizeUri(text).uri).toBe(forwarded);
  });
}

Deno.test("custom and opaque URIs have neighbours that pass (URI-126, URI-127)", () => {
  expect(uriPasses("custom://Host:80/priv", "deny")).toBe(true);
  expect(uriPasses("db:pub/priv", "deny")).toBe(true);
});

Deno.test("URI-131 a climbing path in a tool argument meets the deny list, its neighbour does not", () => {
  const denied = (text: string): boolean =>
    [...findUris(text).uris, ...findUris(text).guesses].some((u) =>
      RESOURCES.deny.firstFolded(u) >= 0
    );
  expect(denied("/pub/../priv/b")).toBe(true);
  expect(denied("../../priv/b")).toBe(true);
  expect(denied("C:\\priv\\b")).toBe(true);
  expect(denied("\\\\?\\C:\\priv\\b")).toBe(true);
  expect(denied("/priv/../pub/a")).toBe(false);
  expect(denied("/pub/a.txt")).toBe(false);
});

Deno.test("NAME-020 two names equal after folding are told apart from two that are not", () => {
  expect(foldName("read_file")).toBe(foldName("Read_File"));
  expect(foldName("read_file")).not.toBe(foldName("read_files"));
});

Deno.test("PAT-006 other glob syntax is an error, for names and URIs", () => {
  for (const pattern of ["!read_*", "!(x)", "[!a]", "[a-\\]]", "{a,b}", "+(x)"]) {
    expect(() => compileNameList([pattern])).toThrow(PatternError);
    expect(() => compileUriList([pattern.startsWith("!") ? pattern : "file:///" + pattern]))
      .toThrow(PatternError);
  }
  expect(compileNameList(["read_*"]).firstExact("read_file")).toBe(0);
});

Deno.test("PAT-009 a regex allows the whole name only", () => {
  const list = compileNameList(["re:^read_file|list$"]);
  expect(list.firstExact("wipe_list")).toBe(-1);
  expect(list.firstExact("read_file_now")).toBe(-1);
  expect(list.firstExact("list")).toBe(0);
  expect(list.firstExact("read_file")).toBe(0);
});

Deno.test("PAT-010 a regex keeps no state", () => {
  const set = compileRegexSet(["AKIA[0-9A-Z]{16}"]);
  expect([1, 2, 3].map(() => set.matches("AKIAIOSFODNN7EXAMPLE"))).toEqual([[0], [0], [0]]);
});

Deno.test("PAT-012 ** in allow does not outweigh a deny", () => {
  expect(compileNameList(["**"]).firstExact("delete_file")).toBe(0);
  expect(TOOLS.deny.firstFolded("delete_file")).toBe(0);
});

Deno.test("MCP-016 an ambiguous template is refused, its neighbour is read", () => {
  expect(() => canonicalizeTemplate("x://{/id*}{/id*}{/id*}{?a*,b*}")).toThrow(UriError);
  expect(canonicalizeTemplate("x://h{/id*}{?a*,b*}").prefix).toBe("x://h");
});
