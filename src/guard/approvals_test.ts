// Tests of approvals in the library: asked inside the call, or settled and repeated; records before effects.

import { expect } from "expect";
import { DependencyFailed, PolicyDenied } from "../errors.ts";
import { memoryApprovals } from "../state/mod.ts";
import { harness } from "./guard_testkit.ts";
import type { GuardPorts } from "./ports.ts";
import type { Decision } from "./types.ts";

const POLICY = `version: 1
rules: [{ id: payments, tools: [pay], effect: approve, reason: money }]
`;
const CAROL = { identity: "carol", context: { transport: "test" } };
const clock = { now: () => 1_700_000_000_000, monotonic: () => 0 };

const guarded = (overrides: Partial<GuardPorts> = {}): ReturnType<typeof harness> =>
  harness({ clock, approvals: memoryApprovals(clock), ...overrides }, POLICY);

async function refusal(call: Promise<unknown>): Promise<Decision> {
  const error = await call.then(() => null, (thrown) => thrown);
  expect(error).toBeInstanceOf(PolicyDenied);
  return (error as PolicyDenied).decision;
}

Deno.test("wrapTool() throws with the request's id, and runs once when it was approved", async () => {
  const { guard } = guarded();
  const ran: number[] = [];
  const pay = guard.wrapTool(
    { toolName: "pay" },
    ({ amount }: { amount: number }) => ran.push(amount),
  );
  const alice = { identity: "alice" };
  const waiting = await refusal(pay({ amount: 1 }, alice));
  expect(waiting).toMatchObject({ effect: "approve", reason: "ApprovalRequired" });
  expect(waiting.message).toContain(waiting.approval!.id);
  // Asked twice, it is one request.
  expect((await refusal(pay({ amount: 1 }, alice))).approval!.id).toBe(waiting.approval!.id);
  const { id } = waiting.approval!;
  expect(await guard.approvals.settle(id, "granted", { ...CAROL, identity: " Alice" }))
    .toEqual({ ok: false, why: "self" });
  await guard.approvals.settle(id, "granted", CAROL);
  await refusal(pay({ amount: 2 }, alice));
  await refusal(pay({ amount: 1 }, { identity: "bob" }));
  await pay({ amount: 1 }, alice);
  await refusal(pay({ amount: 1 }, alice));
  expect(ran).toEqual([1]);
});

Deno.test("wrapTool() asks through approve, and not by the one who calls", async () => {
  const { guard, records } = guarded();
  let by = "carol";
  let approved: boolean | null = true;
  const asked: string[] = [];
  const pay = guard.wrapTool({
    toolName: "pay",
    approve: (request) => {
      asked.push(request.preview);
      return approved === null ? null : { approved, by };
    },
  }, () => "paid");
  expect(await pay({ to: "b\u202eob" }, { identity: "alice" })).toBe("paid");
  expect(asked).toEqual([expect.stringContaining("\\u202e")]);
  by = "alice";
  expect((await refusal(pay({ to: "eve" }, { identity: "alice" }))).reason).toBe(
    "ApprovalRequired",
  );
  approved = null;
  expect((await refusal(pay({ to: "eve" }, { identity: "alice" }))).reason).toBe(
    "ApprovalRequired",
  );
  [approved, by] = [false, "carol"];
  expect((await refusal(pay({ to: "eve" }, { identity: "alice" }))).reason).toBe("ApprovalDenied");
  // Denied is denied, whoever is asked next.
  [approved, by] = [true, "dave"];
  expect((await refusal(pay({ to: "eve" }, { identity: "alice" }))).reason).toBe("ApprovalDenied");
  const consumed = records.find((r) => r.detail === "approval.consumed");
  expect(consumed).toMatchObject({ decision: "allow", approval: { by: "carol" } });
});

Deno.test("a grant that cannot be recorded is none, and expired requests are recorded", async () => {
  let full = false;
  let passed = 0;
  const time = { now: () => 1_700_000_000_000 + passed, monotonic: () => passed };
  const kept: string[] = [];
  const { guard } = guarded({
    clock: time,
    approvals: memoryApprovals(time),
    audit: {
      write: ({ detail }) => {
        if (full) throw new DependencyFailed("audit", "full");
        if (detail !== undefined) kept.push(detail);
      },
    },
  });
  const pay = guard.wrapTool({ toolName: "pay" }, () => "paid");
  const { id } = (await refusal(pay({}, { identity: "alice" }))).approval!;
  full = true;
  await expect(guard.approvals.settle(id, "granted", CAROL)).rejects.toThrow(DependencyFailed);
  full = false;
  const again = await refusal(pay({}, { identity: "alice" }));
  expect(again.reason).toBe("ApprovalRequired");
  passed = 600_000;
  await guard.approvals.sweep();
  await guard.approvals.sweep();
  expect(kept).toEqual(["approval.requested", "approval.requested", "approval.expired"]);
});

Deno.test("without a store, and with one that is lost, nothing that needs a human passes", async () => {
  const none = guarded({ approvals: null }).guard;
  expect((await none.check({ tool: "pay" })).effect).toBe("approve");
  const gone = (): Promise<never> => Promise.reject(new DependencyFailed("approvals", "gone"));
  const lost = guarded({
    approvals: {
      open: gone,
      take: gone,
      get: gone,
      settle: gone,
      remove: gone,
      list: gone,
      expire: gone,
    },
  }).guard;
  expect(await lost.check({ tool: "pay" })).toMatchObject({
    effect: "deny",
    reason: "DependencyFailed",
    rule: "dependency.approvals",
  });
  expect((await lost.check({ tool: "read" })).allowed).toBe(true);
});
