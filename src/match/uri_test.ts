// How a URI becomes canonical: what stays as it is, what changes, and what has no single meaning.

import { expect } from "expect";
import { UriError } from "./errors.ts";
import { canonicalizeUri } from "./uri.ts";

/** The code with which a URI is refused, or what it became. */
function codeOf(text: string): string {
  try {
    return "accepted as " + canonicalizeUri(text).uri;
  } catch (error) {
    expect(error).toBeInstanceOf(UriError);
    return (error as UriError).code;
  }
}

for (
  const uri of [
    "file:///home/u/My%20Doc.md",
    "file:///C:/Users/x",
    "file:///a/100%25.md",
    "file:///a/%2520x",
    "file:///a/...",
    "file:///a/Notes%E2%80%A6.md",
    "file:///a/%23b%3Fc",
    "https://host.example/a?b=c%2Fd#x",
    "https://host.example/projects/g%2Fp",
    "https://host.example/a;v=1/b",
    "https://host.example/?q=a@b..c",
    "https://host.example:8443/",
    "https://xn--mnchen-3ya.example/",
    "http://[2606:4700::1111]/",
    "demo://resource/static/document/architecture.md",
    "demo://resource/dynamic/text/1",
    "memo://x",
    "postgres://user@host/db/schema",
    "postgres://u:p@localhost:5432/db",
    "urn:isbn:123",
    "ui://widget/x.html",
    "github://repos/o/r",
    "note:///x",
    "note:/x",
    "str://x",
    "custom://Host:80/X",
    "mailto:a@b.example",
    "data:text/plain,hello%20world",
  ]
) {
  Deno.test(`canonicalizeUri() leaves ${uri} as it is`, () => {
    expect(canonicalizeUri(uri).uri).toBe(uri);
  });
}

for (
  const [text, uri] of [
    ["FILE:///x", "file:///x"],
    ["file:/priv/b.txt", "file:///priv/b.txt"],
    ["file://localhost/priv/b.txt", "file:///priv/b.txt"],
    ["file://LOCALHOST/x", "file:///x"],
    ["file://C:/x", "file:///C:/x"],
    ["file:///c|/x", "file:///C:/x"],
    ["file:///c%3A/x", "file:///C:/x"],
    ["file:///C:/../x", "file:///C:/x"],
    ["file:///./C|/..", "file:///C:/"],
    ["https://h.example/./x/../a%2fb", "https://h.example/a%2Fb"],
    ["file:///a/../c:/x", "file:///C:/x"],
    ["file:///pub/../priv/b.txt", "file:///priv/b.txt"],
    ["file:///pub/%2e%2e/priv/b.txt", "file:///priv/b.txt"],
    ["file:///pub/%2E./priv", "file:///priv"],
    ["file:///../../x", "file:///x"],
    ["file:///priv/b.txt/.", "file:///priv/b.txt/"],
    ["file:///%70riv/b.txt", "file:///priv/b.txt"],
    ["file:///priv/re\u0301sume\u0301.txt", "file:///priv/re%CC%81sume%CC%81.txt"],
    ["file:///a%c3%a9", "file:///a%C3%A9"],
    ["https://allowed.example:443/", "https://allowed.example/"],
    ["https://allowed.example:0443/", "https://allowed.example/"],
    ["https://allowed.example:/", "https://allowed.example/"],
    ["https://Allowed.Example.", "https://allowed.example/"],
    ["https://h.example/a/./b/../c", "https://h.example/a/c"],
    ["https://h.example/a|b?c|d", "https://h.example/a%7Cb?c%7Cd"],
    ["https://h%65.example/", "https://he.example/"],
    ["https://münchen.example/", "https://xn--mnchen-3ya.example/"],
    ["https://пример.example/", "https://xn--e1afmkfd.example/"],
    ["https://例え.example/", "https://xn--r8jz45g.example/"],
    ["memo://café", "memo://caf%C3%A9"],
    ["DB:x", "db:x"],
  ] as const
) {
  Deno.test(`canonicalizeUri() turns ${text} into ${uri}`, () => {
    expect(canonicalizeUri(text).uri).toBe(uri);
  });
}

for (
  const [text, code] of [
    ["file:///pub/%252e%252e/priv/b.txt", "uri.encoding"],
    ["file:///pub/%25252e%25252e/priv/b.txt", "uri.encoding"],
    ["file:///pub/%2525252525252e", "uri.encoding_depth"],
    ["file:///pub/%25252525x", "uri.encoding_depth"],
    ["file:///pub/..%2fpriv/b.txt", "uri.encoding"],
    ["file:///pub/%2e%2e%2fpriv", "uri.encoding"],
    ["file:///pub%2fb", "uri.encoding"],
    ["file:///pub/%5c..%5cpriv/b.txt", "uri.encoding"],
    ["file:///pub\\..\\priv", "uri.encoding"],
    ["file:///pub/%c0%ae%c0%ae/priv", "uri.encoding"],
    ["file:///pub/%25c0%25ae", "uri.encoding"],
    ["file:///pub/%e0%80%ae", "uri.encoding"],
    ["file:///pub/\uff0e\uff0e/priv/b.txt", "uri.encoding"],
    ["file:///pub/%EF%BC%8E%EF%BC%8E/priv", "uri.encoding"],
    ["file:///pub/\u2025/priv", "uri.encoding"],
    ["file:///pub\uff0f..\uff0fpriv", "uri.encoding"],
    ["file:///pub/..\u2215priv", "uri.encoding"],
    ["file:///pub/..;/priv", "uri.segments"],
    ["file:///pub/..%20/priv", "uri.segments"],
    ["file:////host/priv/b.txt", "uri.segments"],
    ["file:///priv//b.txt", "uri.segments"],
    ["file:///pub?/../../priv", "uri.segments"],
    ["file:///pub#/../../priv", "uri.segments"],
    ["file:x", "uri.segments"],
    ["file:", "uri.segments"],
    ["file://evil.example/priv/b.txt", "uri.host"],
    ["file://127.0.0.1/x", "uri.host"],
    ["file:///priv/%zz", "uri.percent"],
    ["file:///priv/%", "uri.percent"],
    ["file:///priv/%ff", "uri.percent"],
    ["file:///priv/b%00.txt", "uri.character"],
    ["file:///priv/b%0a.txt", "uri.character"],
    [" file:///priv/b.txt ", "uri.character"],
    ["file:///pri\tv/b.txt", "uri.character"],
    ["file:///priv/b.txt\n", "uri.character"],
    ["file:///a\ud800", "uri.character"],
    ["\ufefffile:///x", "uri.character"],
    ["file:///proc/self/root/priv/b.txt", "uri.alias"],
    ["file:///proc/1/cwd/x", "uri.alias"],
    ["file:///proc/self/task/1/fd/3", "uri.alias"],
    ["file:///dev/fd/3", "uri.alias"],
    ["https://intra.example/pub/..;/priv", "uri.segments"],
    ["https://intra.example/pub/%2e%2e;a=b/priv", "uri.segments"],
    ["https://h.example/a%2f..%2fb", "uri.encoding"],
    ["https://h.example/./pub%2F..%2Fpriv/x", "uri.encoding"],
    ["https://h.example/x/../pub%2f..", "uri.encoding"],
    ["https://allowed.example@evil.example/", "uri.userinfo"],
    ["https://@evil.example/", "uri.userinfo"],
    ["https://u:p@h.example/", "uri.userinfo"],
    ["https://evil.example%40allowed.example/", "uri.userinfo"],
    ["https://evil.example\\@allowed.example/", "uri.userinfo"],
    ["https://evil.example\\.allowed.example/", "uri.host"],
    ["https://evil.example#@allowed.example/", "uri.userinfo"],
    ["https://evil.example?@allowed.example/", "uri.userinfo"],
    ["https://\u0430llowed.example/", "uri.host"],
    ["https://аррӏе.example/", "uri.host"],
    ["https://xn--llowed-2nf.example/", "uri.host"],
    ["https://xn--80ak6aa92e.example/", "uri.host"],
    ["https://xn--a-.example/", "uri.host"],
    ["https://xn--!.example/", "uri.host"],
    ["https://denied。example/", "uri.host"],
    ["https://ⓓenied.example/", "uri.host"],
    ["http:///denied.example/", "uri.host"],
    ["http:/denied.example/", "uri.host"],
    ["http:denied.example", "uri.host"],
    ["http://", "uri.host"],
    ["http://.", "uri.host"],
    ["http://a..b/", "uri.host"],
    ["http://a_b!c/", "uri.host"],
    ["http://256.1.1.1/", "uri.host"],
    ["http://1.2.3.4.5/", "uri.host"],
    ["http://08.1.1.1/", "uri.host"],
    ["http://[fe80::1%25eth0]/", "uri.host"],
    ["http://[::1/", "uri.host"],
    ["https://h.example:99999/", "uri.port"],
    ["custom://..:", "uri.segments"],
    ["custom://.:/a", "uri.segments"],
    ["https://h.example:1a/", "uri.port"],
    ["custom://Host:80/%2e%2e/priv", "uri.encoding"],
    ["custom://h/a%2fb", "uri.encoding"],
    ["custom://h/a%5cb", "uri.encoding"],
    ["custom://h/../b", "uri.segments"],
    ["custom://../b", "uri.segments"],
    ["custom://a@b@c/d", "uri.userinfo"],
    ["db:pub/../priv", "uri.segments"],
    ["db:pub/%2e%2e/priv", "uri.encoding"],
    ["db:", "uri.segments"],
    ["view-source:file:///pub%2f..%2fx", "uri.encoding"],
    ["view-source:http:///x", "uri.host"],
    ["a:".repeat(5) + "http://h.example/", "uri.scheme"],
    ["aa:".repeat(5) + "http://h.example/", "uri.scheme"],
    ["jar:file://c|/x", "uri.host"],
    ["view-source:https:h.example/x", "uri.host"],
    ["view-source:jar:file:priv/b", "uri.segments"],
    ["C:\\x", "uri.scheme"],
    ["/priv/b.txt", "uri.scheme"],
    ["//h/x", "uri.scheme"],
    ["", "uri.scheme"],
    ["file:///" + "a".repeat(8185), "uri.length"],
    ["file:///" + "/..".repeat(1e6), "uri.length"],
    ["file:///" + "é".repeat(3000), "uri.length"],
  ] as const
) {
  Deno.test(`canonicalizeUri() refuses ${JSON.stringify(text.slice(0, 50))} as ${code}`, () => {
    expect(codeOf(text)).toBe(code);
  });
}

for (
  const uri of [
    "http://127.0.0.1/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0/",
    "http://2130706433/",
    "http://10.0.0.1/",
    "http://172.31.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/",
    "http://100.100.100.200/",
    "http://224.0.0.1/",
    "http://168.63.129.16/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://intranet/",
    "http://127.0.0.1.nip.io/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:1:2:3:4:80ff:fffe]/",
    "http://[fe80::5efe:10.0.0.1]/",
    "http://[fc00::1]/",
    "http://[fe80::1]/",
    "http://[ff02::1]/",
    "ws://127.0.0.1/",
    "ftp://10.0.0.1/",
    "gopher://127.0.0.1/",
    "view-source:http://127.0.0.1/",
    "view-source:h%74tp://127.0.0.1/",
    "aa:".repeat(4) + "http://127.0.0.1/",
  ]
) {
  Deno.test(`canonicalizeUri() marks ${uri} as private`, () => {
    expect(canonicalizeUri(uri).private).toBe(true);
  });
}

for (
  const uri of [
    "http://93.184.216.34/",
    "http://172.32.0.1/",
    "http://100.128.0.1/",
    "http://11.0.0.1/",
    "https://allowed.example/",
    "http://[2606:4700::1111]/",
    "http://[64:ff9b::5db8:d822]/",
    "http://[2002:5db8:d822::]/",
    "https://local.example/",
    "postgres://localhost/db",
    "demo://resource/x",
    "file:///x",
  ]
) {
  Deno.test(`canonicalizeUri() does not mark ${uri} as private`, () => {
    expect(canonicalizeUri(uri).private).toBe(false);
  });
}

Deno.test("canonicalizeUri() takes a URI apart", () => {
  expect(canonicalizeUri("HTTPS://Host.Example:8443/a%2fb?q=%7e#f")).toEqual({
    uri: "https://host.example:8443/a%2Fb?q=~#f",
    scheme: "https",
    host: "host.example",
    port: 8443,
    path: "/a%2Fb",
    query: "q=~",
    fragment: "f",
    userinfo: null,
    private: false,
    inner: null,
  });
  expect(canonicalizeUri("postgres://u@h:5432/d")).toMatchObject({
    host: "h",
    port: 5432,
    userinfo: "u",
  });
  expect(canonicalizeUri("view-source:https://h.example").inner?.uri).toBe("https://h.example/");
});
