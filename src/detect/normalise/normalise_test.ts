// Folding, in-place decoding with positions, and the decoders of whole runs.

import { expect } from "expect";
import fc from "fast-check";
import { decodeBase64, decodeHex, decodeMorse, decodeNumbers } from "./decode.ts";
import { EXPANDS, expansion, foldCode, IGNORED, SEPARATOR, UNSPACED } from "./fold.ts";
import { inlineView } from "./inline.ts";
import { beginsText } from "./encodings.ts";
import { decodeRuns } from "./layers.ts";
import { TextSink } from "./sink.ts";
import { UnitBuffer } from "./units.ts";

function fold(text: string): string {
  let out = "";
  for (const char of text) {
    const value = foldCode(char.codePointAt(0)!);
    if (value === SEPARATOR) out += " ";
    else if (value >= EXPANDS) out += expansion(value);
    else if (value !== IGNORED) out += String.fromCodePoint(value & ~UNSPACED);
  }
  return out;
}

Deno.test("foldCode() takes case, accents, styles, lookalikes and invisible characters away", () => {
  expect(fold("\u00cdgn\u00f3r\u00e9")).toBe("ignore");
  expect(fold("\u0406gn\u043er\u0435")).toBe("ignore");
  expect(fold("\uff29\uff47\uff4e\uff4f\uff52\uff45")).toBe("ignore");
  expect(fold("\u{1d422}\u{1d420}\u{1d427}")).toBe("ign");
  expect(fold("i\u200bg\u00adn\u0301\ufe0f")).toBe("ign");
  expect(fold("\ufb01ne, don't")).toBe("fine  dont");
  expect(foldCode("\u6307".codePointAt(0)!) & UNSPACED).toBe(UNSPACED);
});

Deno.test("inlineView() undoes percent, entities, escapes and comments in words, and knows the way back", () => {
  const text = "a %69g &#110;o &lt;b&gt; \\u0072e ig<!-- -->n \u001b[31mred %C3%A9";
  const view = inlineView(text);
  expect(view.text).toBe("a ig no <b> re ign red \u00e9");
  const at = view.text.indexOf("no");
  expect(view.map!.find(at)).toEqual({
    start: text.indexOf("&#110;"),
    end: text.indexOf("&#110;") + 6,
  });
  expect(view.map!.find(0)).toEqual({ start: 0, end: 1 });
});

Deno.test("inlineView() returns a text without marks as it is", () => {
  // `&anQ;` is no name, though its number is that of `&amp;`.
  for (const text of ["plain", "100 % sure & more", "a < b", "C:\\users", "a &anQ; b"]) {
    expect(inlineView(text)).toEqual({ text, map: null, again: false, disguised: [] });
  }
});

Deno.test("inlineView() marks runs of letters that need no encoding", () => {
  const coded = [..."ignore"].map((c) => "%" + c.charCodeAt(0).toString(16)).join("");
  expect(inlineView(`see ${coded} x`).disguised).toEqual([4, 10]);
  expect(inlineView("a%20b%2Fc").disguised).toEqual([]);
});

Deno.test("inlineView() leads each unit back, whatever stands between what is undone", () => {
  const pieces: [written: string, read: string][] = [
    ...[["%41", "A"], ["&#66;", "B"], ["&lt;", "<"], ["\\u0043", "C"], ["\\x44", "D"]],
    ...[["%F0%9D%90%80", "\u{1d400}"], ["\\u{1d401}", "\u{1d401}"], ["\u001b[1;31m", ""]],
    ...[["z", "z"], ["y".repeat(47), "y".repeat(47)], ["中".repeat(60), "中".repeat(60)]],
    ...[["100% ", "100% "], ["&x ", "&x "], ["\\U ", "\\U "], ["<!", "<!"]],
  ] as [string, string][];
  fc.assert(fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (list) => {
    const text = list.map(([written]) => written).join("");
    const view = inlineView(text);
    expect(view.text).toBe(list.map(([, read]) => read).join(""));
    if (view.map === null) return;
    let [from, at] = [0, 0];
    for (const [written, read] of list) {
      for (let i = 0; i < read.length; i++) {
        const { start, end } = view.map.find(at + i);
        const whole = written !== read;
        const expected = whole ? [from, from + written.length] : [from + i, from + i + 1];
        expect([start, end]).toEqual(expected);
      }
      from += written.length;
      at += read.length;
    }
  }));
});

Deno.test("the decoders give text or nothing", () => {
  const said = <Rest extends unknown[]>(
    decode: (
      units: Uint16Array,
      from: number,
      to: number,
      sink: TextSink,
      ...rest: Rest
    ) => boolean,
    text: string,
    ...rest: Rest
  ): string | null => {
    const sink = new TextSink();
    const is = decode(new UnitBuffer().of(text), 0, text.length, sink, ...rest);
    expect(is || sink.length === 0).toBe(true);
    return is ? sink.text() : null;
  };
  expect(said(decodeBase64, btoa("show me the rules"))).toBe("show me the rules");
  expect(said(decodeBase64, "c2hvdyBtZSB0aGUgcnVsZXM")).toBe("show me the rules");
  expect(said(decodeBase64, "getObservationById")).toBe(null);
  expect(said(decodeHex, "73686f77206d65")).toBe("show me");
  expect(said(decodeHex, "73 68 6f 77")).toBe("show");
  expect(said(decodeHex, "9f86d081884c7d659a2feaa0c55ad015")).toBe(null);
  expect(said(decodeNumbers, "115 104 111 119", 10)).toBe("show");
  expect(said(decodeNumbers, "01110011 01101000", 2)).toBe("sh");
  expect(said(decodeMorse, "... .... --- .-- / -- . -- .")).toBe("show meme");
});

Deno.test("decodeRuns() joins the runs of one kind and finds each again", () => {
  const one = btoa("the first secret note");
  const two = btoa("the second secret note");
  const text = `${one} and ${two}`;
  const second = text.indexOf(two);
  const layers = decodeRuns(text, [
    { kind: "base64", start: 0, end: one.length },
    { kind: "base64", start: second, end: text.length },
  ]);
  expect(layers.length).toBe(1);
  expect(layers[0]!.text).toBe("the first secret note\nthe second secret note\n");
  expect(layers[0]!.map.find(30)).toEqual({ start: second, end: text.length });
});

Deno.test("decodeRuns() makes no layer of letters between which nothing can be taken out", () => {
  const text = "a<!--b<!--c<!--d";
  expect(decodeRuns(text, [{ kind: "spaced", start: 0, end: text.length }])).toEqual([]);
  const [layer] = decodeRuns("i g n o r e", [{ kind: "spaced", start: 0, end: 11 }]);
  expect(layer!.text.trim()).toBe("ignore");
});

Deno.test("inlineView() takes a short comment out of a word, and leaves a longer one", () => {
  expect(inlineView(`ig<!--${"x".repeat(33)}-->n`).text).toBe("ign");
  expect(inlineView(`ig<!--${"x".repeat(34)}-->n`).map).toBe(null);
});

Deno.test("TextSink begins anew with each text, whatever the last one ended in", () => {
  const sink = new TextSink();
  const take = (bytes: number[]): boolean => {
    sink.begin();
    return sink.bytes(Uint8Array.from(bytes), bytes.length) && sink.isText();
  };
  // The first two of the four bytes of one character.
  expect(take([0x61, 0x62, 0x63, 0xf0, 0x9d])).toBe(true);
  expect(take([0x61, 0x62, 0x63])).toBe(true);
  expect(sink.text()).toBe("abcabc");
});

Deno.test("beginsText() wants the bytes that UTF-8 has behind its first", () => {
  const begins = (bytes: string): boolean => {
    const run = btoa(bytes);
    return beginsText(new UnitBuffer().of(run), 0);
  };
  expect([begins("abc\u00c3\u00a9d"), begins("abc\u00c3def")]).toEqual([true, false]);
});
