// Where two trees differ, and when they say the same.

import { expect } from "expect";
import { parseJson } from "../../wire/mod.ts";
import { changes, same } from "./changes.ts";

const tree = (text: string): ReturnType<typeof parseJson> =>
  parseJson(text, { numbers: "preserve" });

Deno.test("changes() names each place that was replaced, as rules spell places", () => {
  const cases: [before: string, after: string, places: string[]][] = [
    ['{"a":1,"b":[1,{"c":"x"}]}', '{"a":1,"b":[1,{"c":"x"}]}', []],
    ['{"a":1,"b":[1,{"c":"x"}]}', '{"a":2,"b":[1,{"c":"y"}]}', ["args.a", "args.b[1].c"]],
    ['{"a b":{"ü":1}}', '{"a b":{"ü":2}}', ['args["a b"]["ü"]']],
    ['{"a":{"x":1}}', '{"a":"[redacted]"}', ["args.a"]],
    ["[1]", '"x"', ["args"]],
    // A member that was renamed, and a list and a mapping that lost something.
    ['{"secret":1,"b":2}', '{"other":1,"b":2}', ["args.other"]],
    ['{"a":[1,2]}', '{"a":[2]}', ["args.a"]],
    ['{"a":1,"b":2}', '{"a":1}', ["args"]],
    // A spelling is a change too.
    ['{"a":1.0}', '{"a":1}', ["args.a"]],
    ['{"a":null}', '{"a":false}', ["args.a"]],
  ];
  for (const [before, after, places] of cases) {
    expect([after, changes(tree(before), tree(after), "args")]).toEqual([after, places]);
  }
});

Deno.test("same() looks at members in any order and at numbers as they are spelled", () => {
  expect(same(tree('{"a":1,"b":[{}]}'), tree('{"b":[{}],"a":1}'))).toBe(true);
  const different = [
    '{"a":1.0}',
    '{"a":"1"}',
    '{"a":1,"b":1}',
    '{"b":1}',
    "[1]",
    "1",
    "null",
    "{}",
  ];
  for (const other of different) {
    expect([other, same(tree('{"a":1}'), tree(other))]).toEqual([other, false]);
    expect([other, same(tree(other), tree('{"a":1}'))]).toEqual([other, false]);
  }
  expect(same(tree("9007199254740993"), tree("9007199254740992"))).toBe(false);
});
