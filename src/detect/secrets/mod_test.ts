import { expect } from "expect";
import type { TokenFormat } from "./format.ts";
import { checksumOf } from "./checksum.ts";
import { FORMATS } from "./formats.ts";
import { scanSecrets } from "./mod.ts";

const found = (text: string): string[] =>
  scanSecrets(text).map((f) => `${f.rule_id.slice(7)}=${text.slice(f.start, f.end)}`);

/** A token of a form, from letters and digits that repeat nowhere as a word would. */
function tokenOf({ prefix, body, length, holds }: TokenFormat): string {
  const signs = { upper: "A1B2C3D4E5F6G7H8", hex: "a1b2c3d4e5f60718", uuid: "12345678-9abc-def0" };
  const source = body === "upper" || body === "hex" || body === "uuid"
    ? signs[body]
    : "q7Zr2Kp9Xc4Vb6Nm8Lk3Jh5Gf1DsAw0E";
  const [least] = length;
  const rest = (holds ?? "") + source.repeat(Math.ceil(least / source.length));
  const cut = rest.slice(0, Math.max(least, (holds ?? "").length + 1));
  // A point or slash at the beginning would end the token there.
  return prefix +
    (holds === "." || holds === "/" ? `${cut.slice(1, 12)}${holds}${cut.slice(12)}z` : cut);
}

Deno.test("scanSecrets() finds a token of every form, whole, in a sentence, in JSON and in a header", () => {
  expect(FORMATS.length).toBeGreaterThan(120);
  for (const format of FORMATS) {
    const token = tokenOf(format).slice(0, format.prefix.length + format.length[1]);
    for (const text of [token, `see ${token} here`, `{"x":"${token}"}`, `X-A: ${token}\r\nY: 1`]) {
      const seen = scanSecrets(text).map((f) => text.slice(f.start, f.end));
      expect([format.id, format.prefix, text, seen.some((part) => token.includes(part))]).toEqual(
        [format.id, format.prefix, text, true],
      );
    }
  }
});

Deno.test("scanSecrets() tells a token by its own form, whatever it is called", () => {
  const token = "ghp_q7Zr2Kp9Xc4Vb6Nm8Lk3Jh5Gf1DsAw0EzY1x";
  for (
    const text of [
      `token: ${token}`,
      `password=${token}`,
      `{"secret":"${token}"}`,
      `key is ${token}`,
    ]
      .concat(`https://u:${token}@h.example/x`)
  ) expect([text, found(text)]).toEqual([text, [`github_token=${token}`]]);
});

Deno.test("scanSecrets() takes the longest prefix for the form, and no point behind a token", () => {
  const rest = "q7Zr2Kp9Xc4Vb6Nm8Lk3Jh5Gf1DsAw0EzY1x".repeat(3);
  const anthropic = `sk-ant-api03-${rest}`;
  expect(found(anthropic)).toEqual([`anthropic_key=${anthropic}`]);
  const gitlab = "glpat-q7Zr2Kp9Xc4Vb6Nm8Lk3";
  expect(found(`use ${gitlab}. Then`)).toEqual([`gitlab_token=${gitlab}`]);
  // What stands in place of a token is none.
  expect(found(`ghp_${"x".repeat(36)} or xoxb-your-token-goes-here`)).toEqual([]);
});

Deno.test("scanSecrets() finds a token right behind another, and what a password has behind one", () => {
  const [aws, github] = ["AKIAIOSFODNN7EXAMPLE", "ghp_q7Zr2Kp9Xc4Vb6Nm8Lk3Jh5Gf1DsAw0EzY1x"];
  expect(found(aws + github)).toEqual([`aws_access_key=${aws}`, `github_token=${github}`]);
  expect(found(`password=${github}!more`)).toEqual([`github_token=${github}!more`]);
});

Deno.test("scanSecrets() says where the checksum of a token is right", () => {
  const reason = (rest: string): string => scanSecrets(`ghp_${rest}`)[0]!.reason;
  const random = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
  expect(checksumOf(random)).toBe("0mLq17");
  expect(reason(random + checksumOf(random))).toBe("a GitHub token, its checksum is right");
  expect(reason(`${random}0mLq18`)).toBe("a GitHub token");
});

Deno.test("scanSecrets() looks into base64 of UTF-16, as PowerShell has it", () => {
  const key = "AKIAIOSFODNN7EXAMPLE";
  const wide = (bytes: (c: string) => string): string =>
    btoa([..."login with " + key].map(bytes).join(""));
  for (const text of [wide((c) => `${c}\0`), wide((c) => `\0${c}`)]) {
    expect(scanSecrets(`run ${text} now`).map((f) => f.rule_id)).toEqual([
      "secret_aws_access_key",
    ]);
  }
});

Deno.test("scanSecrets() finds secrets by where they stand", () => {
  const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----";
  // With a space in its first part.
  const jwt = [btoa('{ "alg":"HS256"}'), btoa('{"sub":"1234567890"}'), "dozjgNryP4J3jVmNHl0w5N_X"]
    .join(".").replaceAll("=", "");
  const cases: [string, string[]][] = [
    [`key:\n${pem}\nrest`, [`private_key=${pem}`]],
    ["postgres://app:hunter2@db:5432/x", ["url_password=hunter2"]],
    ["mongodb+srv://u:p@ss!@host/x", ["url_password=p@ss!"]],
    ["password = Tr0ub4dor&3", ["password=Tr0ub4dor&3"]],
    ['{"client_secret": "9363cb456dda6402cb71d65092490e75c9f11873"}', [
      "assigned=9363cb456dda6402cb71d65092490e75c9f11873",
    ]],
    ["export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY", [
      "assigned=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY",
    ]],
    ["Authorization: Bearer 38bb7b318cc6898c80317decb34525844bc9db55", [
      "assigned=38bb7b318cc6898c80317decb34525844bc9db55",
    ]],
    // The name of what comes says less than what comes.
    ["password key: hunter22x", ["password=hunter22x"]],
    [`see b?sv=1&sig=${"q7Zr2Kp9".repeat(6)}%3D&x`, [
      `connection_string=${"q7Zr2Kp9".repeat(6)}%3D`,
    ]],
    [`see ${jwt}`, [`jwt=${jwt}`]],
    ["110201543:AAHdqTcvCH1vGWJxfSe1ofSAs0K5PALDsaw", [
      "telegram_token=110201543:AAHdqTcvCH1vGWJxfSe1ofSAs0K5PALDsaw",
    ]],
    ["$2a$05$/VT2Xs2dMd8GJKfrXhjYP.DkTjOVrY12yDN7/6I8ZV0q/1lEohLru", [
      "password_hash=$2a$05$/VT2Xs2dMd8GJKfrXhjYP.DkTjOVrY12yDN7/6I8ZV0q/1lEohLru",
    ]],
  ];
  for (const [text, expected] of cases) expect([text, found(text)]).toEqual([text, expected]);
});

Deno.test("scanSecrets() finds the value behind a row of names, and nothing in the names", () => {
  const value = "ab12cd34ef56ab12cd34";
  for (const names of ["key=token=", "key=api=auth=", "token=key=access=pwd=token="]) {
    for (const row of [names, names.repeat(9)]) {
      expect(scanSecrets(row)).toEqual([]);
      const text = `${row}${value}`;
      const [found, ...more] = scanSecrets(`${text} and more`);
      expect(more).toEqual([]);
      expect(found?.end).toBe(text.length);
    }
  }
  expect(scanSecrets(`key=ab12cd=${value}`).length).toBe(0);
});

Deno.test("scanSecrets() leaves placeholders, code and words alone", () => {
  const texts = [
    ...["api_key: YOUR_API_KEY_GOES_HERE_1234", "token = process.env.SERVICE_TOKEN_V2"],
    ...["password: string", "password=<your password>", "the secret of success is hard work"],
    ...["https://user:${PASSWORD}@host/", "git clone https://example.com/a.git", "sk-learn-1.2"],
    ...["sha512-abcDEF0123456789abcDEF0123456789abcDEF==", "commit 9363cb456dda6402cb71d650"],
    ...[
      "pin 1234 on the board",
      "PIN code: 110001",
      "spin 1234",
      "PIN 12",
      "PIN 1234-5678",
      "pin: 13",
    ],
    ...["key: value", "monkey business", "AKIA", "ghp_short", "x=1&access_token=", "passage 42"],
    ...["-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "primary key: user_id"],
  ];
  for (const text of texts) expect([text, found(text)]).toEqual([text, []]);
});

/** Text in hex, for instance. */
const hex = (text: string): string => new TextEncoder().encode(text).toHex();
const each = (text: string, of: (c: string) => string): string => [...text].map(of).join("");

Deno.test("scanSecrets() finds a secret however it is written, and the whole of it (DLP-037)", () => {
  const key = "AKIAIOSFODNN7EXAMPLE";
  const once = btoa(key);
  const spellings = [
    ...[once, btoa(once), btoa(btoa(once)), `${once.slice(0, 16)}\n${once.slice(16)}`],
    ...[once.replace(/(.{4})/g, "$1 ").trim(), hex(key), hex(key).replace(/(..)/g, "$1 ").trim()],
    ...["%41KIAIOSFODNN7EXAMPLE", "%2541KIAIOSFODNN7EXAMPLE", each(key, (c) => `%${hex(c)}`)],
    ...[
      "&#65;KIAIOSFODNN7EXAMPLE",
      each(key, (c) => `&#x${hex(c)};`),
      "\\u0041KIAIOSFODNN7EXAMPLE",
    ],
    ...[
      "\\U00000041KIAIOSFODNN7EXAMPLE",
      "&#65KIAIOSFODNN7EXAMPLE",
      "AKIA\u001b]8;IOSFODNN7EXAMPLE",
    ],
    ...[each(key, (c) => `${c}\u200b`).slice(0, -1), `${key.slice(0, 7)}\u00ad${key.slice(7)}`],
    ...[each(key, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)), `\u0410${key.slice(1)}`],
    ...[
      `\u0410\u041a${key.slice(2)}`,
      `AKIA<!-- -->${key.slice(4)}`,
      `AKIA\u001b[1m${key.slice(4)}`,
    ],
    ...[
      each(key, (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))),
      each(key, (c) => String.fromCodePoint(0xe0100 + c.charCodeAt(0) - 16)),
      key.replace(/(.{4})/g, "$1 ").trim(),
    ],
    ...[each(key, (c) => `&#${c.charCodeAt(0)};`).replace("&", "\u200b&").slice(1)],
  ];
  for (const spelling of spellings) {
    const text = `see ${spelling}, it is`;
    const seen = scanSecrets(text);
    expect([spelling, seen.map((f) => f.rule_id)]).toEqual([spelling, ["secret_aws_access_key"]]);
    expect([spelling, text.slice(seen[0]!.start, seen[0]!.end)]).toEqual([spelling, spelling]);
  }
});

Deno.test("scanSecrets() cuts out the whole of a private key whose first line is disguised", () => {
  const line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDJ6Tz4zRzZ1fUq\n";
  const key = `-----BEGIN PRI\u200bVATE KEY-----\n${line.repeat(40)}-----END PRIVATE KEY-----`;
  const text = `${"words before\n".repeat(20)}${key}\nwords behind`;
  const [seen] = scanSecrets(text);
  expect(text.slice(seen!.start, seen!.end)).toBe(key);
});

Deno.test("scanSecrets() finds nothing in encodings of other texts, and a plain secret beside them once", () => {
  expect(scanSecrets(btoa("just some words, nothing else in here"))).toEqual([]);
  expect(scanSecrets(hex("just some words, nothing else in here"))).toEqual([]);
  expect(scanSecrets("caf\u00e9 100%25 R&amp;D \u2013 \u043c\u0438\u0440 \u2764\ufe0f \u200bok"))
    .toEqual([]);
  const text = "AKIAIOSFODNN7EXAMPLE &amp; 100%25 \u200b";
  expect(scanSecrets(text).map((f) => [f.start, f.end, f.reason])).toEqual([
    [0, 20, "an AWS access key id"],
  ]);
});

Deno.test("scanSecrets() finds an encoded secret behind other encoded text and what only looks like it", () => {
  const once = btoa("AKIAIOSFODNN7EXAMPLE");
  const befores = [
    ...[hex("hello, world!!!!"), btoa("hello, world"), btoa("hello, world!"), "SGVsbG8gd29ybGQhA"],
    ...[
      "SGVsbG8g".repeat(40) + "AAECAwQFBgcICQ",
      btoa("\u0000\u0001\u0002binary\u0003\u0004\u0005"),
    ],
  ];
  for (const before of befores) {
    for (const between of ["\n", " ", "\r\n"]) {
      const text = `${before}${between}${once}`;
      expect([text, scanSecrets(text).length]).toEqual([text, 1]);
    }
  }
  const digits = hex("the key is AKIAIOSFODNN7EXAMPLE, it is");
  const folded = `${digits.slice(0, 32)}\r\n  ${digits.slice(32)}`;
  expect(found(`${folded} and more`)).toEqual([`aws_access_key=${folded}`]);
  const lines = `the first line\nAKIAIOSFODNN7EXAMPLE\n`.repeat(30);
  const wrapped = btoa(lines).replace(/(.{64})/g, "$1\n");
  const [seen] = scanSecrets(wrapped);
  expect([seen?.start, seen?.end]).toEqual([0, wrapped.length]);
});

Deno.test("scanSecrets() finds a PIN where the word says so (DLP-036)", () => {
  for (const text of ["PIN 1234", "pin: 1234", 'pin="123456"', "my PIN code is 1234."]) {
    expect([text, scanSecrets(text).map((f) => f.rule_id)]).toEqual([text, ["secret_pin"]]);
  }
});

Deno.test("scanSecrets() finds what stands behind a megabyte, and at every offset (DLP-032)", () => {
  const key = "AKIAIOSFODNN7EXAMPLE";
  for (const pad of [0, 1, 65_530, 65_535, 1 << 20]) {
    const [seen] = scanSecrets(`${"x".repeat(pad)} ${key}`);
    expect([pad, seen?.start, seen?.rule_id]).toEqual([pad, pad + 1, "secret_aws_access_key"]);
  }
});

Deno.test("scanSecrets() never tells the secret in what it says", () => {
  const text = "password = Tr0ub4dor&3 and ghp_4U3LSowpDx8XvYE7A8GH56oxU5aWnY2mzIbV";
  const said = JSON.stringify(
    scanSecrets(text).map(({ rule_id, reason }) => ({ rule_id, reason })),
  );
  expect(said).not.toMatch(/Tr0ub|ghp_/);
});
