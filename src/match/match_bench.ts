// What names, URIs, regexes and arguments cost, friendly and hostile. Run: deno bench src/match

import {
  canonicalizeUri,
  compileNameList,
  compileRegexSet,
  compileUriList,
  findUris,
} from "./mod.ts";

const names = compileNameList(
  Array.from({ length: 1000 }, (_, i) => i % 2 ? `tool_${i}` : `ns${i}/*`),
);
const uris = compileUriList(Array.from({ length: 1000 }, (_, i) => `file:///dir${i}/**`));
const anywhere = compileUriList(Array.from({ length: 100 }, (_, i) => `file://**/name${i}*.txt`));
const few = compileUriList(["file:///priv/**", "file://**/.env", "https://denied.example/**"]);
const regexes = compileRegexSet(["(?i)ignore.*instructions", "(a+)+$", "AKIA[0-9A-Z]{16}"]);
const friendly = canonicalizeUri("file:///home/u/projects/app/src/main.ts");
const accented = canonicalizeUri("file:///home/ü/projects/äpp/main.ts?q#f");
const long = canonicalizeUri("file:///" + "a/".repeat(4000));
const needles = canonicalizeUri(
  "file:///" + Array.from({ length: 700 }, (_, i) => `name${i % 100}a`).join("/"),
);
const megabyte = "lorem ipsum /a/b dolor https://h.example/x ".repeat(24_000);
const adversarial = "a".repeat(100_000) + "!";

Deno.bench("allow: name, 1,000 patterns", () => void names.firstExact("unknown_tool"));
Deno.bench("deny: name, 1,000 patterns", () => void names.firstFolded("fs.unknown-tool"));
Deno.bench(
  "deny: disguised name, 1,000 patterns",
  () => void names.firstFolded("fs.Unkn\u043ewn-tool"),
);
Deno.bench(
  "deny: name of 64 namespaces, 1,000 patterns",
  () => void names.firstFolded("a.".repeat(64)),
);
Deno.bench("canonicalize: file URI", () => void canonicalizeUri("file:///home/u/My%20Doc.md"));
Deno.bench(
  "canonicalize: https URI",
  () => void canonicalizeUri("https://h.example:443/a/../b?c=d"),
);
Deno.bench(
  "canonicalize: 8 KiB of dot segments",
  () => void canonicalizeUri("file:///" + "a/../".repeat(1600)),
);
Deno.bench("deny: URI, 3 patterns", () => void few.firstFolded(friendly));
Deno.bench("deny: URI with accents and query, 3 patterns", () => void few.firstFolded(accented));
Deno.bench("deny: URI, 1,000 patterns", () => void uris.firstFolded(friendly));
Deno.bench("deny: URI, 100 patterns with **", () => void anywhere.firstFolded(friendly));
Deno.bench("deny: URI of 8 KiB, 100 patterns with **", () => void anywhere.firstFolded(long));
Deno.bench(
  "deny: URI of 6 KiB that nearly matches 100 patterns with **",
  () => void anywhere.firstFolded(needles),
);
Deno.bench("regexes: 100 kB that stall backtracking", () => void regexes.matches(adversarial));
Deno.bench(
  "arguments: short prose",
  () => void findUris("Summarise the notes of yesterday, please."),
);
Deno.bench("arguments: 1 MB of text and URIs", () => void findUris(megabyte));
