// Lines of a server's standard error.

import { expect } from "expect";
import { serverLine } from "./server_line.ts";

Deno.test("serverLine() marks a line as the server's", () => {
  expect(serverLine('{"event":"decision"}', null)).toBe('server: {"event":"decision"}\n');
  expect(serverLine("hello", "files")).toBe("server files: hello\n");
});

Deno.test("serverLine() cuts secrets out and leaves the rest (STD-005)", () => {
  const line = "using AKIAIOSFODNN7EXAMPLE and postgres://u:hunter2hunter2@db/x today";
  const shown = serverLine(line, null);
  expect(serverLine("\\x1b]0;x\\x07AKIAIOSFODNN7EXAMPLE", null)).toBe(
    "server: \\x1b]0;x\\x07[secret removed by mcpguard]\n",
  );
  expect(shown).not.toMatch(/AKIAIOSFODNN7EXAMPLE|hunter2hunter2/);
  expect(shown).toMatch(/^server: using \[secret removed by mcpguard\] and .* today\n$/);
});
