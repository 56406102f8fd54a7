import { expect } from "expect";
import { JsonObject } from "../wire/mod.ts";
import { lookAt } from "./scan.ts";

Deno.test("lookAt() tells of a thousand tools with one name in a short sentence", () => {
  const tools = Array.from({ length: 1000 }, () => new JsonObject(["name"], ["n".repeat(500)]));
  const found = lookAt({
    ...{ era: "legacy", hello: new JsonObject(), server: "", instructions: null },
    ...{ tools, prompts: [], resources: [], templates: [] },
  }, "high").filter((one) => one.rule_id === "pin_name_collision");
  expect(found).toHaveLength(1);
  expect(found[0]!.reason).toContain("and 990 more have one name");
  expect(found[0]!.reason.length).toBeLessThan(1200);
});
