// Interleavings of many clients misroute nothing, in short; and the property sees guards that are broken on purpose.

import { expect } from "expect";
import { campaign } from "./campaign.ts";
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

for (const [name, spoil] of Object.entries(SPOILS)) {
  Deno.test(`the property notices ${name}`, async () => {
    await expect(campaign({ runs: 2000, spoil })).rejects.toThrow(/Misrouted/);
  });
}
