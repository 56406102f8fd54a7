// Values of headers, coded and plain.

import { expect } from "expect";
import { decodeHeaderValue, encodeHeaderValue } from "./http_connector_headers.ts";

Deno.test("decodeHeaderValue() decodes the sentinel strictly, and leaves the rest alone", () => {
  expect(decodeHeaderValue("us-west1")).toBe("us-west1");
  expect(decodeHeaderValue(encodeHeaderValue("grüße"))).toBe("grüße");
  expect(decodeHeaderValue("=?base64?IHBhZGRlZCA=?=")).toBe(" padded ");
  expect(decodeHeaderValue("=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")).toBe("=?base64?literal?=");
  // The markers are case-sensitive: this is a plain value.
  expect(decodeHeaderValue("=?BASE64?eA==?=")).toBe("=?BASE64?eA==?=");
  for (
    const bad of [
      "=?base64?%%?=",
      "=?base64?/w==?=",
      "=?base64?e?=",
      "=?base64?eA?=",
      "=?base64?eA= =?=",
      "gr\u00fc\u00dfe",
      "a\u0000",
    ]
  ) {
    expect([bad, decodeHeaderValue(bad)]).toEqual([bad, undefined]);
  }
});
