// Every case of the catalogue's classes that are due now, against the real program, one test each; and that the
// runner itself can tell a guard from no guard and from one that only says no.

import { expect } from "expect";
import { CATALOGUE, readCases } from "./case.ts";
import { CLASSES, DEFERRED } from "./deferred.ts";
import { judge } from "./judge.ts";
import { neighboursOf, passNeighbours } from "./neighbours.ts";
import { play } from "./play.ts";
import { AUTH } from "./policies.ts";
import { runCase } from "./runner.ts";
import { Stages } from "./stage.ts";

const all = await readCases(CATALOGUE);
const cases = all.filter((one) => CLASSES.includes(one.class));
const stages = new Stages();

/** Programs are shared by cases of one policy, so they outlive the test that starts them. */
const SHARED = { sanitizeOps: false, sanitizeResources: false } as const;

Deno.test.afterAll(async () => {
  await stages[Symbol.asyncDispose]();
});

for (const one of cases) {
  Deno.test({
    name: `${one.id} ${one.class}: ${one.title}`,
    ...SHARED,
    fn: async () => {
      const verdict = await runCase(one, { stages, full: false });
      if (verdict.state === "deferred") console.log(`DEFERRED ${one.id}: ${verdict.issue}`);
      else expect(verdict).toEqual({ state: "holds" });
    },
  });
}

Deno.test("the catalogue is whole, and deferred cases are cases of it", () => {
  expect(all.length).toBe(309);
  const ids = cases.map((one) => one.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of Object.keys(DEFERRED)) expect(ids).toContain(id);
});

Deno.test("the README says how many cases there are", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  expect(readme).toContain(`catalogue of ${cases.length} bypass cases`);
});

Deno.test({
  name: "the runner sees when no list is in the way",
  ...SHARED,
  fn: async () => {
    const stage = await stages.get(`version: 1\n${AUTH}`);
    for (const id of ["NAME-001", "NAME-013", "URI-001", "URI-131", "PAT-012", "JSON-026"]) {
      const one = all.find((c) => c.id === id)!;
      const wrong = judge(one, await play(stage, one));
      expect([id, wrong[0]]).toEqual([id, "1 forwarded, not 0"]);
    }
  },
});

Deno.test({
  name: "the runner sees when a guard only says no",
  ...SHARED,
  fn: async () => {
    const stage = await stages.get(`version: 1\ndefault: deny\n${AUTH}`);
    for (const id of ["NAME-001", "URI-001", "URI-131", "JSON-001", "RPC-001"]) {
      const one = all.find((c) => c.id === id)!;
      expect([id, judge(one, await play(stage, one))]).toEqual([id, []]);
      const wrong = await passNeighbours(stage, neighboursOf(one));
      expect([id, wrong[0]]).toEqual([id, expect.stringContaining("its allowed neighbour")]);
    }
    const control = all.find((c) => c.id === "RPC-023")!;
    expect(judge(control, await play(stage, control))).not.toEqual([]);
  },
});
