import { expect } from "expect";
import { parsePolicy } from "../policy/mod.ts";
import { serverLine } from "./server_lines.ts";

const detectOf = (section: string): Parameters<typeof serverLine>[2] =>
  parsePolicy(`version: 1\ndetect: ${section}\n`, "test.yaml").detect;
const KEY = "AKIAIOSFODNN7EXAMPLE";

Deno.test("serverLine() takes out of a log line what may not pass in a message (STD-005)", () => {
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
