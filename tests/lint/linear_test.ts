// Which regex literals the lint rule takes for trivially linear.

import { expect } from "expect";
import { whyNotLinear } from "./linear.ts";

const LINEAR = [
  /^[a-z]+$/,
  /[^\n]+/g,
  /%[0-9A-Fa-f]{2}/g,
  /^(?:%[0-9A-F]{2})+$/,
  /^\d+\.\d+\.\d+$/,
  /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/,
  /^(?<scheme>[a-z][a-z0-9+.\-]*):\/\//i,
  /^sha256:[0-9a-f]{64}$/,
  /[\u0080-\u009f]/u,
  /^(?:deny|allow)$/,
  /_(?:test|bench)\.ts$/,
  /%[0-9a-f]+;/,
  /\s*/y,
  /[[\p{C}\p{Z}]--[ ]]/gv,
  /^[[a-z]--[x]]+x[a-z]+$/v,
  /^a*b+a*$/,
];

const NOT_LINEAR: [RegExp, string][] = [
  [/(a+)+$/, "variable shape"],
  [/(?:a|aa)+$/, "variable shape"],
  [/^\d+\d+$/, "share"],
  [/^a*b*a*$/, "share"],
  [/^.*x.*$/, "share"],
  [/^[a-z]{0,200}[a-z]{0,200}!$/, "share"],
  [/^(?:a+x?)+$/, "variable shape"],
  [/^(?:a+b){2}$/, "repeated group"],
  [/\s+$/, "anchor"],
  [/a*b/, "anchor"],
  [/x?\d+;/, "anchor"],
  [/(a)\1/, "backreference"],
  [/(?<n>a)\k<n>/, "backreference"],
  [/^(?=a)b/, "lookaround"],
  [/(?<!a)b/, "lookaround"],
  [/^a{5000}$/, "repeat count"],
  [/^[\q{abc|d}]$/v, "strings"],
  [/^[[a-z]--[x]]+[a-w]+$/v, "share"],
];

Deno.test("whyNotLinear() takes simple patterns", () => {
  for (const { source, flags } of LINEAR) {
    expect([source, whyNotLinear(source, flags)]).toEqual([source, null]);
  }
});

Deno.test("whyNotLinear() refuses what could backtrack or scan again, and says why", () => {
  for (const [{ source, flags }, why] of NOT_LINEAR) {
    expect([source, whyNotLinear(source, flags)]).toEqual([source, expect.stringContaining(why)]);
  }
});
