import { expect } from "expect";
import { accepts, isJson, isKnownVersion, takesPrimer } from "./checks.ts";

Deno.test("isJson() takes JSON in UTF-8 and nothing that could be read otherwise (HTTP-001)", () => {
  for (
    const good of [
      "application/json",
      "Application/JSON",
      "application/json;charset=utf-8",
      'application/json ; Charset="UTF-8"',
    ]
  ) expect([good, isJson(good)]).toEqual([good, true]);
  for (
    const bad of [
      null,
      "",
      "text/plain",
      "application/jsonp",
      "application/json-rpc",
      "application/json; charset=utf-16",
      "application/json, text/html",
      "application/json; charset=utf-8; charset=utf-7",
      "application/json;",
      "multipart/form-data; boundary=application/json",
    ]
  ) expect([bad, isJson(bad)]).toEqual([bad, false]);
});

Deno.test("accepts() reads ranges, wildcards and q=0 (HTTP-027)", () => {
  const takes = (value: string | null): boolean => accepts(value, "text/event-stream");
  for (
    const good of [
      null,
      "*/*",
      "text/*",
      "text/event-stream",
      "application/json, TEXT/Event-Stream;q=0.5",
      "text/event-stream;q=0.001",
    ]
  ) expect([good, takes(good)]).toEqual([good, true]);
  for (
    const bad of ["", "application/json", "text/html", "text/event-stream;q=0", "*/*; q=0.000"]
  ) expect([bad, takes(bad)]).toEqual([bad, false]);
});

Deno.test("isKnownVersion() and takesPrimer() know the revisions", () => {
  for (const version of ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]) {
    expect(isKnownVersion(version)).toBe(true);
    expect(takesPrimer(version)).toBe(version === "2025-11-25");
  }
  expect([isKnownVersion("2025-11-26"), isKnownVersion(""), takesPrimer(null)])
    .toEqual([false, false, false]);
});
