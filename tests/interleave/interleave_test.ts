// Interleavings of many clients misroute nothing, in short; and the property sees guards that are broken on purpose.

import { expect } from "expect";
import { campaign } from "./campaign.ts";
import type { Step, StepKind } from "./plan.ts";
import { play } from "./play.ts";
import { SPOILS } from "./spoils.ts";

Deno.test("interleavings of many clients with equal ids misroute nothing", async () => {
  const tally = await campaign({ runs: 400 });
  // A campaign in which one of these never happens shows nothing about it.
  const kinds = ["calls", "answers", "answer again", "answer oddly", "answer for another"];
  const more = ["progress", "late progress", "cancelled", "asks", "replies", "reply again"];
  const rest = ["reply oddly", "withdrawn", "server dies", "client leaves", "id reused"];
  for (const kind of [...kinds, ...more, ...rest]) {
    expect([kind, tally[kind] ?? 0]).not.toEqual([kind, 0]);
  }
});

/** The first client does something, and the next step comes before the guard has handled it. */
const step = (kind: StepKind, pick = 0, other = 0): Step => ({
  ...{ kind, client: 0, pick, other, turns: 0 },
});

Deno.test("late progress of one server never passes for another's, whose call has the token now", async () => {
  await play({
    ...{ clients: ["plain", "plain"], servers: 2, delays: [0] },
    steps: [
      step("call", 4, 9),
      step("cancel"),
      step("call", 4),
      step("ask"),
      step("late progress", 0, 9),
    ],
  });
});

Deno.test("a client that leaves when its server has just died is owed no answer", async () => {
  await play({
    ...{ clients: ["plain"], servers: 1, delays: [0] },
    // The step between is one in which the server reads the call.
    steps: [
      { ...step("call"), turns: 8 },
      step("progress"),
      step("server dies"),
      step("client leaves"),
    ],
  });
});

for (const [name, spoil] of Object.entries(SPOILS)) {
  Deno.test(`the property notices ${name}`, async () => {
    await expect(campaign({ runs: 2000, spoil })).rejects.toThrow(/Misrouted/);
  });
}
