import { expect } from "expect";
import { parsePolicy } from "../policy/mod.ts";
import { ServerLines } from "./server_lines.ts";

type Pass = ServerLines["pass"];
const serverLine: Pass = (...line) => new ServerLines().pass(...line);
const detectOf = (section: string): Parameters<Pass>[2] =>
  parsePolicy(`version: 1\ndetect: ${section}\n`, "test.yaml").detect;
const KEY = "AKIAIOSFODNN7EXAMPLE";

Deno.test("ServerLines takes out of a log line what may not pass in a message (STD-005)", () => {
  const line = `${KEY} and ${KEY} again`;
  expect(serverLine(line, "x", detectOf("{secrets: {}}"))).toBe(
    "server x: [redacted:aws_access_key] and [redacted:aws_access_key] again\n",
  );
  expect(serverLine("to bob@acme-corp.com", null, detectOf("{pii: {action: deny}}")))
    .not.toContain("bob@");
  expect(serverLine(`\\x1b]0;x\\x07${KEY}`, null, detectOf("{secrets: {}}")))
    .toBe("server: \\x1b]0;x\\x07[redacted:aws_access_key]\n");
  for (
    const section of [
      "{}",
      "{secrets: {action: record}}",
      "{secrets: {off: [secret_aws_access_key]}}",
    ]
  ) {
    expect(serverLine(KEY, null, detectOf(section))).toBe(`server: ${KEY}\n`);
  }
});

Deno.test("ServerLines takes out a private key that goes over several lines, of each server alone", () => {
  const body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
  const key = ["-----BEGIN PRIVATE KEY-----", body, body, "-----END PRIVATE KEY-----"];
  const lines = new ServerLines();
  const detect = detectOf("{secrets: {}}");
  const said = ["a", ...key, body].flatMap((line) => [
    lines.pass(line, "x", detect),
    lines.pass(`reading ${line === body ? "on" : line}`.slice(0, 12), "y", detect),
  ]);
  expect(said.filter((line) => line.startsWith("server x"))).toEqual([
    "server x: a\n",
    ...Array(3).fill("server x: [redacted:private_key]\n"),
    "server x: -----END PRIVATE KEY-----\n",
    // The key is over.
    `server x: ${body}\n`,
  ]);
  expect(said.filter((line) => line.startsWith("server y")).join("")).not.toContain("redacted");
  // What never ends does not hide what comes for ever.
  lines.pass(key[0]!, null, detect);
  const last = Array.from({ length: 201 }, () => lines.pass(body, null, detect));
  expect([last[0], last[199], last[200]]).toEqual([
    ...Array(2).fill("server: [redacted:private_key]\n"),
    `server: ${body}\n`,
  ]);
  const off = detectOf("{secrets: {off: [secret_private_key]}}");
  expect(key.map((line) => lines.pass(line, null, off)).join("")).toContain(body);
});
