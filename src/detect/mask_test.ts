import { expect } from "expect";
import { JsonObject, type JsonValue, parseJson, writeJson } from "../wire/mod.ts";
import { inspectFrameAnswer, inspectResult, methodSpec } from "../wire/mod.ts";
import { parsePolicy } from "../policy/mod.ts";
import { blobOfText, textOfBlob } from "./blob.ts";
import { mask } from "./mask.ts";
import { SCANNERS } from "./scanners.ts";
import { Searcher, type Sighting } from "./search.ts";

/** Masks every `SECRET...` and long number in a JSON text. */
function masked(json: string): string {
  const root = parseJson(json, {}) as JsonObject;
  const seen: Sighting[] = [];
  inspectFrameAnswer(root, "t").texts.forEach((use, at) => {
    for (const found of use.text.matchAll(/SECRET[0-9]|[0-9]{12}/g)) {
      const [start, end] = [found.index, found.index + found[0].length];
      const finding = { rule_id: "secret_x", severity: "high", reason: "", start, end } as const;
      seen.push({ use, at, family: "secrets", action: "redact", finding });
    }
  });
  mask(seen, root as JsonValue, (text) => text.slice(-1));
  return writeJson(root);
}

Deno.test("mask() puts the same placeholder for the same secret, and leaves the rest", () => {
  expect(masked('{"a":"x SECRET1 y SECRET2","b":["SECRET1"]}')).toBe(
    '{"a":"x [redacted:x:1] y [redacted:x:2]","b":["[redacted:x:1]"]}',
  );
});

Deno.test("mask() keeps the type of a number, also inside JSON that is text", () => {
  expect(masked('{"a":123456789012,"b":"{\\"k\\":123456789012}","c":"call 123456789012"}')).toBe(
    '{"a":0,"b":"{\\"k\\":0}","c":"call [redacted:x:2]"}',
  );
});

Deno.test("mask() renames members wherever they stand, and never makes two of one name", () => {
  expect(masked('{"a":{"SECRET1":1},"b":[{"SECRET1":2}],"c":{"SECRET1":3,"[redacted:x:1]":4}}'))
    .toBe(
      '{"a":{"[redacted:x:1]":1},"b":[{"[redacted:x:1]":2}],' +
        '"c":{"[redacted:x:1]#2":3,"[redacted:x:1]":4}}',
    );
});

Deno.test("mask() takes what overlaps as one", () => {
  const root = new JsonObject(["a"], ["abcdef"]);
  const use = { text: "abcdef", surface: "result", where: "a", holder: root.values, index: 0 };
  const at = (start: number, end: number): Sighting => ({
    use: use as Sighting["use"],
    at: 0,
    family: "secrets",
    action: "redact",
    finding: { rule_id: "secret_x", severity: "high", reason: "", start, end },
  });
  mask([at(3, 5), at(1, 4)], root, (text) => text);
  expect(root.get("a")).toBe("a[redacted:x:bcde]f");
});

Deno.test("mask() replaces in the text that a resource's base64 holds, and leaves a picture alone", () => {
  const spec = methodSpec("resources/read", "c2s", "request")!;
  const blob = btoa("the key is AKIAIOSFODNN7EXAMPLE, keep it");
  const result = parseJson(
    `{"contents":[{"uri":"a:b","blob":"${blob}"},{"uri":"a:c","blob":"/9j/AA=="}]}`,
    {},
  );
  const { texts } = inspectResult(spec, undefined, result);
  const searcher = new Searcher(
    parsePolicy("version: 1\ndetect: { secrets: {} }", "p").detect,
    SCANNERS,
  );
  const seen = searcher.look(texts, "s2c");
  expect(seen.map((s) => [s.finding.rule_id, s.use.where])).toEqual([
    ["secret_aws_access_key", "result.contents[0].blob"],
  ]);
  mask(seen, result, () => "x");
  const [first, second] = (result as JsonObject).get("contents") as JsonObject[];
  expect(atob(String(first!.get("blob")))).toBe("the key is [redacted:aws_access_key:x], keep it");
  expect(second!.get("blob")).toBe("/9j/AA==");
});

Deno.test("blobOfText() and textOfBlob() are each other's reverse, for any text", () => {
  for (const text of ["", "a", "ä€😀", "x".repeat(20_000)]) {
    expect(textOfBlob(blobOfText(text))).toBe(text);
  }
  expect(textOfBlob("!")).toBe(null);
  expect(textOfBlob(btoa("\xff\xfe"))).toBe(null);
});
