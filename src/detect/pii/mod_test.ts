import { expect } from "expect";
import { ibanLength, isCpf, isDni, isIban, isNir, isPesel, isUsSsn, passesLuhn } from "./checks.ts";
import { Digits } from "./run.ts";
import { scanPii } from "./mod.ts";

const found = (text: string): string[] =>
  scanPii(text).map((f) => `${f.rule_id.slice(4)}=${text.slice(f.start, f.end)}`);

Deno.test("scanPii() finds numbers and addresses in the forms that people write", () => {
  const cases: [string, string[]][] = [
    ["mail ada@lovelace.name, please", ["email=ada@lovelace.name"]],
    ["<a href='mailto:jo.doe+x@uni-koeln.de'>", ["email=jo.doe+x@uni-koeln.de"]],
    ["4111 1111 1111 1111", ["card=4111 1111 1111 1111"]],
    ["my card 180000826105910 is lost", ["card=180000826105910"]],
    ['{"pan":"378282246310005"}', ["card=378282246310005"]],
    ["IBAN GB82 WEST 1234 5698 7654 32.", ["iban=GB82 WEST 1234 5698 7654 32"]],
    ["DE89370400440532013000", ["iban=DE89370400440532013000"]],
    ["SSN: 514-69-0360", ["us_ssn=514-69-0360"]],
    ["call me at (415) 502-4086", ["phone=(415) 502-4086"]],
    ["+49 30 901820", ["phone=+49 30 901820"]],
    ["DNI 12345678Z", ["es_dni=12345678Z"]],
    ["QQ is no prefix, AB123456C is", ["uk_nino=AB123456C"]],
    ["mail steve.jobs@pear.name now", ["email=steve.jobs@pear.name"]],
    ["phone +1 (212) 327-8000", ["phone=(212) 327-8000"]],
    ["CPF 529.982.247-25", ["br_cpf=529.982.247-25"]],
  ];
  for (const [text, expected] of cases) expect([text, found(text)]).toEqual([text, expected]);
});

Deno.test("scanPii() finds numbers and addresses however they are written", () => {
  const card = "4111111111111111";
  const each = (text: string, of: (c: string) => string): string => [...text].map(of).join("");
  const spellings = [
    ...[each(card, (c) => `${c}\u200b`).slice(0, -1), each(card, (c) => `&#${c.charCodeAt(0)};`)],
    ...[each(card, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)), btoa(`card ${card}`)],
    ...["4111\u00a01111\u00a01111\u00a01111", "4111–1111–1111–1111", "ada%40lovelace.name"],
    ...["ada&#64;lovelace.name", "ada\u200b@love\u00adlace.name", "DE89\u200b370400440532013000"],
  ];
  for (const spelling of spellings) {
    const text = `it is ${spelling}, yes`;
    const [seen, ...more] = scanPii(text);
    expect([spelling, text.slice(seen?.start, seen?.end), more]).toEqual([spelling, spelling, []]);
  }
  // Numbers of a table are no number.
  expect(found("41 11 11 11 11 11 11 11")).toEqual([]);
});

Deno.test("scanPii() leaves look-alikes alone", () => {
  const texts = [
    ...["git@github.com:a/b.git", "npm install left-pad@1.3.0", "logo@2x.png", "x@localhost"],
    ...["user@example.com", "you@your-company.com", "support@corp.io", "https://a:b@host.io/"],
    ...["4111111111111112", "1700000000000", "1234567890123456789012", "arXiv 2306.00526"],
    ...["GB82WEST12345698765433", "000-12-3456", "12345678A", "version 10.11.12.13"],
    ...["package 30+20221128-1", "2.4+20151223.gitfa8646d"],
    // Offices, programs and numbers that are nobody's.
    ...["world.news@paper.io", "product-feedback@corp.io", "octocat@github.com", "press@corp.io"],
    ...["sa@project.iam.gserviceaccount.com", "7+me@users.noreply.github.com"],
    ...[
      "phone 212-555-5555",
      "call me at (555) 123-4567",
      "+1 415 555 2911",
      "phone: 123-456-7890",
    ],
    ...["Registrar Abuse Contact Phone: +1.2086851750", "SSN 123-45-6789", "SSN 078-05-1120"],
    ...["2026-11-27 12:00:00", "a4111111111111111", "order 4111-1111-1111", "CVE-2017-5638"],
  ];
  for (const text of texts) expect([text, found(text)]).toEqual([text, []]);
});

Deno.test("check digits: the published examples pass, one digit off does not", () => {
  const luhn = (digits: string): boolean => passesLuhn(Digits.of(digits));
  expect([luhn("79927398713"), luhn("79927398710")]).toEqual([true, false]);
  expect([isIban("GB82WEST12345698765432"), isIban("GB83WEST12345698765432")]).toEqual([
    true,
    false,
  ]);
  expect([isCpf("52998224725"), isCpf("52998224724"), isCpf("11111111111")]).toEqual([
    true,
    false,
    false,
  ]);
  // Either of its two check digits.
  expect([isCpf("52998224733"), isCpf("52998224625")]).toEqual([false, false]);
  expect([isPesel("44051401359"), isPesel("44051401358")]).toEqual([true, false]);
  expect([isDni("12345678Z"), isDni("X1234567L"), isDni("12345678A")]).toEqual([true, true, false]);
  expect([isDni("Y1234567X"), isDni("Z1234567R"), isDni("Y1234567L")]).toEqual([true, true, false]);
  // A month 13 is none, though its check digits are right.
  expect([isNir("255131416802521"), isNir("255081416802538"), isNir("355081416802538")]).toEqual([
    ...[false, true, false],
  ]);
  expect([ibanLength(0x44, 0x45), ibanLength(0x64, 0x65), ibanLength(0x24, 0x25)]).toEqual([
    ...[22, 0, 0],
  ]);
  expect([isNir("255081416802538"), isNir("255081416802539")]).toEqual([true, false]);
  expect([isUsSsn("514690360"), isUsSsn("666120000"), isUsSsn("912345678")]).toEqual([
    true,
    false,
    false,
  ]);
});

Deno.test("scanPii() keeps no place between calls (PAT-010)", () => {
  for (let i = 0; i < 3; i++) expect(found("x ada@lovelace.name")).toHaveLength(1);
});
