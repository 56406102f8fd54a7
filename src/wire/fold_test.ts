// foldKey: names that lenient readers confuse fold together, others stay apart.

import { expect } from "expect";
import { foldKey } from "./fold.ts";

Deno.test("foldKey() folds what a lenient reader confuses", () => {
  const variants: [string, string][] = [
    ["name", "Name"],
    ["name", "NAME"],
    ["name", "\uff4e\uff41\uff4d\uff45"],
    ["name", "na\u200bme"],
    ["name", "na\u00adme"],
    ["name", "name\ufe0f"],
    ["arguments", "argument\u017f"],
    ["messages", "me\u00dfages"],
    ["task", "tas\u212a"],
    ["uri", "ur\u0131"],
    ["requestState", "request_state"],
    ["requestState", "request-state"],
    ["inputResponses", "InputResponses"],
    ["_meta", "meta"],
    ["io.modelcontextprotocol/clientInfo", "io.ModelContextProtocol/client_info"],
  ];
  for (const [known, variant] of variants) expect(foldKey(variant)).toBe(foldKey(known));
});

Deno.test("foldKey() keeps different names apart", () => {
  const names = ["name", "names", "nam", "uri", "url", "_meta", "ref", "argument", "arguments"];
  expect(new Set(names.map(foldKey)).size).toBe(names.length);
});
