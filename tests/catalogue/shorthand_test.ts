import { expect } from "expect";
import { parsePolicy } from "../../src/policy/mod.ts";
import { translated } from "./shorthand.ts";

Deno.test("translated() writes lists, regexes, rates and keys as version 1 has them", () => {
  const policy = parsePolicy(
    translated(
      'default: deny\nallow: {tools: ["read_*", {regex: "^a|b$"}], resources: ["file:///pub/**"]}\n' +
        'deny: {tools: ["delete_*"], arguments: {text: {regex: "x+"}}}\nrate: {limit: 10}\n',
    ),
    "p.yaml",
  );
  expect(policy.default).toBe("deny");
  expect(policy.tools.allow.sources).toEqual(["read_*", "re:^a|b$"]);
  expect(policy.tools.deny.sources).toEqual(["delete_*"]);
  expect(policy.resources.allow.sources).toEqual(["file:///pub/**"]);
  expect(policy.prompts.denyRegex.sources).toEqual(["x+"]);
  expect(policy.rateLimit?.capacity).toBe(10);
});

Deno.test("translated() leaves version 1, typos and aliases as they are", () => {
  expect(translated("version: 1\ntools: {}\n")).toBe("version: 1\ntools: {}\n");
  expect(translated("defualt: deny\n")).toContain("defualt: deny");
  expect(translated("a: &a [x]\nb: *a\n")).toBe("version: 1\na: &a [x]\nb: *a\n");
  expect(() => parsePolicy(translated("rate: {limit: .nan}"), "p.yaml")).toThrow("capacity");
});
