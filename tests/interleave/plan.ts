// A plan: who is there, and what happens in which order. Ids and progress tokens are drawn from so few that they are
// equal nearly always, between clients, between servers, in both directions, and as a number and a string.

import fc from "fast-check";

/** The ids that everybody uses. */
export const IDS: readonly (number | string)[] = [1, "1", 2, "2", 0, ""];
/** The progress tokens that everybody uses; null: none. */
export const TOKENS: readonly (number | string | null)[] = [1, "1", null];

/** What can happen. */
export type StepKind =
  | "call"
  | "answer"
  | "answer again"
  | "answer oddly"
  | "answer for another"
  | "progress"
  | "late progress"
  | "cancel"
  | "ask"
  | "reply"
  | "reply again"
  | "reply oddly"
  | "withdraw"
  | "time passes"
  | "server dies"
  | "client leaves";

/** One step; the numbers choose among what is there. */
export interface Step {
  kind: StepKind;
  client: number;
  pick: number;
  other: number;
  /** How far the guard comes before the next step, in turns of the queue of microtasks. */
  turns: number;
}

/** A plan. */
export interface Plan {
  /** Clients, and how each is connected. */
  clients: readonly ("plain" | "http")[];
  /** Servers behind each session: one directly, or several by name; or one that all clients share. */
  servers: 1 | 2 | 3 | "shared";
  /** How long each record takes to be kept, in turns; used one after the other, over and over. */
  delays: readonly number[];
  steps: readonly Step[];
}

const WEIGHTS: readonly [StepKind, number][] = [
  ["call", 10],
  ["answer", 6],
  ["answer again", 2],
  ["answer oddly", 2],
  ["answer for another", 2],
  ["progress", 4],
  ["late progress", 1],
  ["cancel", 2],
  ["ask", 5],
  ["reply", 4],
  ["reply again", 1],
  ["reply oddly", 1],
  ["withdraw", 1],
  ["time passes", 1],
  ["server dies", 1],
  ["client leaves", 1],
];

const small = fc.nat({ max: 11 });

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(...WEIGHTS.map(([kind, weight]) => ({ arbitrary: fc.constant(kind), weight }))),
  client: small,
  pick: small,
  other: small,
  turns: fc.nat({ max: 12 }),
});

/** Plans. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  clients: fc.array(fc.constantFrom("plain" as const, "http" as const), {
    minLength: 2,
    maxLength: 5,
  }),
  servers: fc.constantFrom(1 as const, 2 as const, 3 as const, "shared" as const),
  delays: fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 }),
  steps: fc.array(step, { minLength: 10, maxLength: 60, size: "max" }),
});
