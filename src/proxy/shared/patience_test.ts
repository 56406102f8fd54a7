// A client that reads slowly: the others wait for it a moment, and not again and again.

import { expect } from "expect";
import { ask, settled } from "../session_testkit.ts";
import {
  answer,
  note,
  type SharedClient,
  type SharedStage,
  startShared,
} from "./shared_testkit.ts";

/** A client that hears of every file, and does not read. */
async function listener(stage: SharedStage): Promise<SharedClient> {
  const one = await stage.joined();
  const program = stage.programs.at(-1)!;
  one.client.say(ask("resources/subscribe", 0, { uri: "file:///a/" }));
  await settled();
  await answer(program, program.sent.at(-1).id, {});
  one.client.reading = false;
  return one;
}

/** The program says so much that it is held up, or somebody is ended. */
async function burst(stage: SharedStage, until: () => boolean): Promise<void> {
  const program = stage.programs.at(-1)!;
  for (let i = 0; i < 2000 && !until(); i++) {
    program.say(note("resources/updated", { uri: `file:///a/${i}${"x".repeat(100)}` }));
    await settled();
  }
  expect(until()).toBe(true);
}

Deno.test("the server is held up until a client that reads has caught up", async () => {
  const stage = startShared(5000, undefined, Infinity, 600_000);
  const a = await listener(stage);
  const program = stage.programs[0]!;
  await burst(stage, () => program.paused);
  expect(a.client.closing).toBeNull();
  a.client.drain();
  while (program.paused) await settled();
  expect(a.client.closing).toBeNull();
  stage.close();
});

Deno.test("what still comes is bounded, and a client that leaves holds up nobody", async () => {
  const stage = startShared(5000, undefined, Infinity, 600_000);
  const [a, b] = [await listener(stage), await listener(stage)];
  const program = stage.programs[0]!;
  await burst(stage, () => program.paused);
  // A program whose messages were read already goes on.
  await burst(stage, () => a.client.closing !== null && b.client.closing !== null);
  expect(program.paused).toBe(false);
  const c = await listener(stage);
  await burst(stage, () => program.paused);
  c.client.end();
  await settled();
  expect(program.paused).toBe(false);
});

Deno.test("patience is a tenth of the time: who has used it up is ended at once", async () => {
  const stage = startShared(5000, undefined, Infinity, 1000);
  const a = await listener(stage);
  const program = stage.programs[0]!;
  await burst(stage, () => program.paused);
  stage.at(900);
  a.client.drain();
  while (program.paused) await settled();
  // 100 ms are left, and a tenth of the 8 s since has come in: it is waited for again.
  stage.at(8900);
  a.client.reading = false;
  await burst(stage, () => program.paused);
  stage.at(9799.5);
  a.client.drain();
  while (program.paused) await settled();
  a.client.reading = false;
  await burst(stage, () => a.client.closing !== null);
  expect(program.paused).toBe(false);
  expect(a.records.at(-1)).toMatchObject({ rule: "shared.slow_reader" });
});

Deno.test("a client that does not catch up in time is ended, and the server is read again", async () => {
  const stage = startShared(5000, undefined, Infinity, 5);
  const a = await listener(stage);
  const program = stage.programs[0]!;
  await burst(stage, () => program.paused);
  while (a.client.closing === null) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(program.paused).toBe(false);
});
