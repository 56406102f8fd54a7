// Tests of the queue by time against sorting.

import { expect } from "expect";
import fc from "fast-check";
import { DueQueue } from "./due.ts";

Deno.test("DueQueue hands out the earliest, whatever was added, postponed and removed", () => {
  const op = fc.record({
    kind: fc.constantFrom("add", "add", "postpone", "remove"),
    by: fc.nat(50),
  });
  fc.assert(fc.property(fc.array(op, { maxLength: 100 }), (ops) => {
    const queue = new DueQueue<{ due: number }>();
    let naive: number[] = [];
    for (const { kind, by } of ops) {
      const first = naive[0];
      if (kind === "add") {
        queue.add({ due: by });
        naive.push(by);
      } else if (kind === "remove") {
        queue.removeFirst();
        naive = naive.slice(1);
      } else if (first !== undefined) {
        queue.postponeFirst(first + by);
        naive[0] = first + by;
      } else queue.postponeFirst(by);
      naive.sort((a, b) => a - b);
      expect(queue.first()?.due).toBe(naive[0]);
    }
  }));
});
