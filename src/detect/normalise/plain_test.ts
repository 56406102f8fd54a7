// Signs of other scripts: as ASCII where a word of ASCII is near, as they are in prose; and texts cut at every place.

import { expect } from "expect";
import fc from "fast-check";
import { plainView } from "./plain.ts";

Deno.test("plainView() leaves the signs of prose in other scripts, and turns those beside words of ASCII", () => {
  const cases: [string, string | null][] = [
    ["今年的报告介绍了公园、车站和学校，并附有地图。「图表」：见下！", null],
    ["（見る）？　はい！", null],
    ["密码：Abc123", "密码:Abc123"],
    ["postgres：／／root：pw＠db", "postgres://root:pw@db"],
    ["－－－－－BEGIN", "-----BEGIN"],
    ["token ＝ abc", "token = abc"],
    ["，　，\u200b，A", ",　,,A"],
    ["，中A，，中", "，中A,,中"],
    ["：ａ", ":a"],
    ["：аb", ":ab"],
    ["：а中", null],
    ["Bonjour\u00a0! «\u00a0Oui\u00a0», dit-il\u00a0— et\u00a0… voilà\u00a0.", null],
    ["mot de passe\u00a0: Abc", "mot de passe : Abc"],
    ["token\u00a0=\u00a0abc", "token = abc"],
    ["key:\u00a0 \u00a0abc", "key:\u00a0  abc"],
    ["ＢＥＧＩＮ\u3000\u200bＫＥＹ", "BEGIN KEY"],
    ["pass∶ x", "pass: x"],
    ["𝐬𝐤‑\u{e0041}𝐚𝐝𝐦‑\ud800𝐢", "sk-adm-i"],
    ["x\u{e0041} \u00a0A", "x  A"],
    ["sk–ant—a", "sk-ant-a"],
  ];
  for (const [text, expected] of cases) {
    expect([text, plainView(text)?.text ?? null]).toEqual([text, expected]);
  }
});

Deno.test("plainView() leads each unit back, whatever stands between those that change", () => {
  const pieces = [
    "a",
    "b".repeat(60),
    "中",
    "中".repeat(70),
    "ａ",
    "𝐀",
    "\u200b",
    "，",
    " ",
    "\ud800",
    "а",
  ];
  fc.assert(fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (list) => {
    const text = list.join("");
    const view = plainView(text);
    if (view === null) return;
    for (let i = 0; i < view.text.length; i++) {
      const { start, end } = view.map.find(i);
      const from = text.slice(start, end);
      const same = from === view.text[i];
      expect([text, i, same || from.normalize("NFKC") === view.text[i] || from === "а"]).toEqual([
        text,
        i,
        true,
      ]);
    }
  }));
});
