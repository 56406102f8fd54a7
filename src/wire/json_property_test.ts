// Properties of reader and writers on random documents, spelled at random, and on damaged bytes.

import { expect } from "expect";
import fc from "fast-check";
import { canonicalJson } from "./canonical.ts";
import { JsonError, parseJson } from "./json.ts";
import type { JsonLimits } from "./json.ts";
import { fromPlain, toPlain } from "./plain.ts";
import { JsonNumber, JsonObject } from "./value.ts";
import type { JsonValue } from "./value.ts";
import { writeJson } from "./write.ts";

const encoder = new TextEncoder();
const preserve: Partial<JsonLimits> = { numbers: "preserve" };

/** Number tokens in every spelling the grammar has. */
const numberToken: fc.Arbitrary<string> = fc.tuple(
  fc.constantFrom("", "-"),
  fc.oneof(fc.constant("0"), fc.bigInt({ min: 1n, max: 10n ** 22n }).map(String)),
  fc.option(fc.stringMatching(/^[0-9]{1,24}$/), { nil: null }),
  fc.option(fc.tuple(fc.constantFrom("e", "E", "e+", "E-"), fc.stringMatching(/^[0-9]{1,4}$/)), {
    nil: null,
  }),
).map(([sign, whole, fraction, power]) =>
  sign + whole + (fraction === null ? "" : `.${fraction}`) + (power === null ? "" : power.join(""))
);

const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('"', "\\", "\n", "\0", "a", "é", "😀", "/"), maxLength: 90 }),
);
/**
 * None that ends with a backslash: V8's JSON.parse, having seen one in an object, takes another key at its place for it
 * whose last character is an escape (`{"a\\":1}`, then `{"a\t":1}`). The test below has such keys.
 */
const key: fc.Arbitrary<string> = text.filter((k) => k !== "__proto__" && !k.endsWith("\\"));

/** Trees of the reader's own kind. */
const tree: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(fc.constantFrom(null, true, false), text, numberToken.map((r) => new JsonNumber(r))),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.uniqueArray(fc.tuple(key, tie("value")), { selector: (m) => m[0], maxLength: 12 })
      .map((members) => new JsonObject(members.map((m) => m[0]), members.map((m) => m[1]))),
  ),
})).value;

/** Spells a tree with random white space and escapes, drawn from a list of numbers. */
function spell(value: JsonValue, dice: number[]): string {
  let at = 0;
  const roll = (sides: number): number => dice[at++ % dice.length]! % sides;
  const space = (): string => ["", "", " ", "\n", "\t\r "][roll(5)]!;
  const quoted = (s: string): string => {
    let out = "";
    for (let i = 0; i < s.length; i++) {
      const hex = s.charCodeAt(i).toString(16).padStart(4, "0");
      const short: string | undefined =
        { "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t" }[s[i]!];
      const must = s[i]! < " " || s[i] === '"' || s[i] === "\\";
      const can = '"\\/'.includes(s[i]!) ? s[i] : short;
      const choice = roll(must ? 2 : 6);
      // Halves of a pair are escaped both or not at all.
      const isHalf = hex[0] === "d" && hex[1]! > "7";
      if (choice === 0 && can !== undefined) out += "\\" + can;
      else if (!isHalf && (must || choice === 1)) {
        out += "\\u" + (roll(2) ? hex : hex.toUpperCase());
      } else out += s[i];
    }
    return `"${out}"`;
  };
  const write = (v: JsonValue): string => {
    if (typeof v === "string") return quoted(v);
    if (v instanceof JsonNumber) return v.raw;
    if (v === null || typeof v === "boolean") return String(v);
    if (Array.isArray(v)) {
      return `[${space()}${v.map((x) => write(x) + space()).join("," + space())}]`;
    }
    const members = v.keys.map((k, i) =>
      quoted(k) + space() + ":" + space() + write(v.values[i]!) + space()
    );
    return `{${space()}${members.join("," + space())}}`;
  };
  return space() + write(value) + space();
}

const dice: fc.Arbitrary<number[]> = fc.array(fc.nat(999), { minLength: 1, maxLength: 60 });

/** A copy with the members of every object in another order. */
function shuffled(value: JsonValue, dice: number[]): JsonValue {
  if (Array.isArray(value)) return value.map((v) => shuffled(v, dice));
  if (!(value instanceof JsonObject)) return value;
  const order = value.keys.map((_, i) => i)
    .sort((a, b) => dice[a % dice.length]! - dice[b % dice.length]! || b - a);
  return new JsonObject(
    order.map((i) => value.keys[i]!),
    order.map((i) => shuffled(value.values[i]!, dice)),
  );
}

Deno.test("parseJson() tells the key of a quote from that of a backslash, whatever was read before", () => {
  const keys = (text: string): string[] => (parseJson(text) as JsonObject).keys as string[];
  for (let i = 0; i < 100; i++) {
    expect(keys('{"":1,"\\\\":1,"\\n":1}')).toEqual(["", "\\", "\n"]);
    expect(keys('{"":1,"\\"":1,"\\n":1}')).toEqual(["", '"', "\n"]);
    expect(keys('{"a\\\\":1,"b":1}')).toEqual(["a\\", "b"]);
    expect(keys('{"a\\t":1,"b":1}')).toEqual(["a\t", "b"]);
  }
});

Deno.test("parseJson() reads back every spelling of a tree, from bytes and from text", () => {
  fc.assert(fc.property(tree, dice, (value, numbers) => {
    const spelled = spell(value, numbers);
    expect(parseJson(spelled, preserve)).toEqual(value);
    expect(parseJson(encoder.encode(spelled), preserve)).toEqual(value);
  }));
});

Deno.test("writeJson() and parseJson() are each other's inverse", () => {
  fc.assert(fc.property(tree, (value) => {
    const written = writeJson(value);
    expect(parseJson(written, preserve)).toEqual(value);
    expect(writeJson(parseJson(written, preserve))).toBe(written);
  }));
});

Deno.test("parseJson() agrees with JSON.parse on the value of what it accepts", () => {
  fc.assert(fc.property(tree, dice, (value, numbers) => {
    const spelled = spell(value, numbers);
    expect(toPlain(parseJson(spelled, preserve))).toEqual(JSON.parse(spelled));
    expect(JSON.parse(writeJson(parseJson(spelled, preserve)))).toEqual(JSON.parse(spelled));
  }));
});

Deno.test("parseJson() refuses just the numbers beyond 2^53-1 that JSON.parse would change", () => {
  fc.assert(
    fc.property(numberToken, (raw) => {
      let accepted = true;
      try {
        parseJson(raw);
      } catch (error) {
        accepted = false;
        expect((error as JsonError).code).toBe("json.unsafe_number");
        expect(Math.abs(Number(raw))).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
      }
      if (accepted && Math.abs(Number(raw)) > Number.MAX_SAFE_INTEGER) {
        expect(canonicalJson(new JsonNumber(JSON.stringify(JSON.parse(raw)))))
          .toBe(canonicalJson(new JsonNumber(raw)));
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseJson() throws nothing but JsonError on damaged bytes, and never accepts what JSON.parse refuses", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.nat(255)), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(tree, dice, damage, (value, numbers, hits) => {
      const bytes = [...encoder.encode(spell(value, numbers))];
      for (const [place, how, byte] of hits) {
        const at = place % (bytes.length + 1);
        if (how === 0) bytes.splice(at, 1);
        else if (how === 1) bytes.splice(at, 0, byte);
        else if (how === 2) bytes[at] = byte;
        else bytes.splice(at, 1, ...encoder.encode('{}[]",:\\u0e+-.'.charAt(byte % 14)));
      }
      const damaged = new Uint8Array(bytes);
      let accepted: JsonValue;
      try {
        accepted = parseJson(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonError);
        return;
      }
      const decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(damaged);
      expect(toPlain(accepted)).toEqual(JSON.parse(decoded));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("parseJson() refuses what JSON.parse refuses, and else only by a rule of its own", () => {
  const soup = fc.string({
    unit: fc.constantFrom(...'{}[]":,01-.eE \\utrfalsn"""', "\n", "é", "\0", "true", "null", '"a"'),
    maxLength: 24,
  });
  fc.assert(
    fc.property(soup, (document) => {
      let code = "accepted";
      try {
        parseJson(document);
      } catch (error) {
        code = (error as JsonError).code;
      }
      let legal = true;
      try {
        JSON.parse(document);
      } catch {
        legal = false;
      }
      const own = ["json.duplicate_key", "json.surrogate", "json.unsafe_number", "accepted"];
      expect([document, own.includes(code)]).toEqual([document, legal]);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("canonicalJson() does not depend on member order and is a fixpoint", () => {
  fc.assert(fc.property(tree, dice, (value, numbers) => {
    const form = canonicalJson(value);
    expect(canonicalJson(shuffled(value, numbers))).toBe(form);
    expect(canonicalJson(parseJson(form, preserve))).toBe(form);
    expect(canonicalJson(parseJson(spell(value, numbers), preserve))).toBe(form);
  }));
});

Deno.test("canonicalJson() sorts and prints as JSON.stringify does for doubles", () => {
  fc.assert(fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
    const sorted = (v: unknown): unknown => {
      if (Array.isArray(v)) return v.map(sorted);
      if (typeof v !== "object" || v === null) return v;
      // Integer-like keys would come first whatever the order they are set in.
      return new Map(
        Object.entries(v).map(([k, x]) => [k, sorted(x)] as const)
          .sort((a, b) => a[0] < b[0] ? -1 : 1),
      );
    };
    const write = (v: unknown): string =>
      v instanceof Map
        ? `{${[...v].map(([k, x]) => `${JSON.stringify(k)}:${write(x)}`)}}`
        : Array.isArray(v)
        ? `[${v.map(write)}]`
        : JSON.stringify(v);
    const clean = JSON.parse(JSON.stringify(value).replaceAll("__proto__", "proto"));
    expect(canonicalJson(fromPlain(clean))).toBe(write(sorted(clean)));
  }));
});

Deno.test("canonicalJson() gives different numbers different text, but for fractions of one double", () => {
  const exact = (raw: string): string => {
    // The value as an integer times ten to a fixed power.
    const [mantissa, power = "0"] = raw.toLowerCase().split("e");
    const [whole, fraction = ""] = mantissa!.split(".");
    const digits = BigInt(whole!.replace("-", "") + fraction);
    const scale = BigInt(power.replace("+", "")) - BigInt(fraction.length) + 10_100n;
    return (mantissa!.startsWith("-") && digits > 0n ? "-" : "") + String(digits * 10n ** scale);
  };
  const near = fc.tuple(numberToken, fc.nat(9)).map(([raw, digit]) => {
    const [mantissa, power] = raw.toLowerCase().split("e");
    const longer = mantissa + (mantissa!.includes(".") ? "" : ".") + digit;
    return [raw, power === undefined ? longer : `${longer}e${power}`] as const;
  });
  fc.assert(
    fc.property(near, ([a, b]) => {
      const same = canonicalJson(new JsonNumber(a)) === canonicalJson(new JsonNumber(b));
      if (exact(a) === exact(b)) expect(same).toBe(true);
      else if (same) {
        expect(Number(a)).toBe(Number(b));
        expect(Number.isInteger(Number(a))).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});
