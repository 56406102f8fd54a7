// The short form of `task interleave`, and proof that the property sees what it is there to see.

import { expect } from "expect";
import { campaign } from "./interleave.ts";
import type { Tamper } from "./world.ts";

Deno.test("interleavings of clients with equal ids misroute nothing", async () => {
  const { runs, messages } = await campaign(300, 7);
  expect(runs).toBe(300);
  expect(messages).toBeGreaterThan(3000);
});

/** What a guard that mixes clients up would do. */
const MUTANTS: Record<string, Tamper> = {
  "the type of an id is lost": (_, message) => {
    const { id } = message;
    return [typeof id === "string" && id !== "" ? { ...message, id: Number(id) } : message];
  },
  "an answer goes to the next client": (client, message, all) => {
    const other = all[(client + 1) % all.length]!.find((one) => one.method === undefined);
    return [message.method === undefined && other !== undefined ? other : message];
  },
  "an answer comes twice": (_, message) =>
    message.method === undefined ? [message, message] : [message],
  "an answer is lost": (_, message) => message.result !== undefined ? [] : [message],
  "progress goes by the wrong token": (_, message) =>
    message.method === "notifications/progress"
      ? [{ ...message, params: { ...message.params, progressToken: 2 } }]
      : [message],
  "two questions get one id": (_, message) =>
    message.method === "sampling/createMessage" ? [{ ...message, id: 1 }] : [message],
};

for (const [name, tamper] of Object.entries(MUTANTS)) {
  Deno.test(`the property notices when ${name}`, async () => {
    await expect(campaign(300, 7, tamper)).rejects.toThrow("Property failed");
  });
}
