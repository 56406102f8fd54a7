import { expect } from "expect";
import { EventLog } from "./event_log.ts";

let policy: unknown = "first";

const log = (events = 4, chars = 100, token = "token"): EventLog =>
  new EventLog({ token, events, chars, policy: () => policy });

Deno.test("EventLog.find() knows only ids that this very log has given out and still keeps", () => {
  const mine = log();
  const stream = {};
  const event = mine.append(stream, "a");
  expect(mine.idOf(event)).toBe("token-1");
  expect(mine.find("token-1")).toBe(event);
  for (
    const id of [
      "",
      "1",
      "token",
      "token-",
      "token-0",
      "token-01",
      "token-2",
      "token--1",
      "token-1 ",
    ]
      .concat(["tokem-1", "TOKEN-1", "token-1e0", "token-9007199254740993", "x".repeat(100_000)])
  ) {
    expect([id.slice(0, 30), mine.find(id)]).toEqual([id.slice(0, 30), undefined]);
  }
  expect(log(4, 100, "other").find("token-1")).toBeUndefined();
});

Deno.test("EventLog.after() gives the rest of one stream, in order", () => {
  const mine = log();
  const [a, b] = [{}, {}];
  const first = mine.append(a, "a1");
  mine.append(b, "b1");
  mine.append(a, "a2");
  expect(mine.after(a, first.seq).map((event) => event.data)).toEqual(["a2"]);
  expect(mine.after(b, 0).map((event) => event.data)).toEqual(["b1"]);
});

Deno.test("EventLog.append() drops the oldest by number and by size, never the newest", () => {
  const byNumber = log(2);
  const stream = {};
  for (const data of ["1", "2", "3"]) byNumber.append(stream, data);
  expect(byNumber.after(stream, 0).map((event) => event.data)).toEqual(["2", "3"]);
  expect(byNumber.find("token-1")).toBeUndefined();
  const bySize = log(100, 10);
  for (const data of ["123456", "123456", "x".repeat(50)]) bySize.append(stream, data);
  expect(bySize.after(stream, 0).map((event) => event.data)).toEqual(["x".repeat(50)]);
  bySize.append(stream, "y");
  expect(bySize.after(stream, 0).map((event) => event.data)).toEqual(["y"]);
});

Deno.test("EventLog.after() sends nothing again that another policy has let pass (HTTP-012)", () => {
  const mine = log(10, 10_000);
  const stream = {};
  const answer = (id: string): string => `{"jsonrpc":"2.0","id":${id},"result":{"secret":1}}`;
  mine.append(stream, "");
  mine.append(
    stream,
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"secret"}}',
  );
  mine.append(stream, '{"jsonrpc":"2.0","id":7,"method":"roots/list"}');
  mine.append(stream, answer("7"));
  mine.append(stream, answer('"7"'));
  const before = mine.after(stream, 0).map((event) => event.data);
  expect(before.length).toBe(5);
  policy = "second";
  try {
    mine.append(stream, answer("8"));
    const after = mine.after(stream, 0);
    expect(after.map(({ seq }) => seq)).toEqual([1, 4, 5, 6]);
    expect([after[0]!.data, after[3]!.data]).toEqual(["", answer("8")]);
    expect(after.slice(1, 3).map(({ data }) => JSON.parse(data))).toMatchObject([
      { id: 7, error: { code: -31403 } },
      { id: "7", error: { code: -31403 } },
    ]);
    expect(JSON.stringify(after.slice(0, 3))).not.toContain("secret");
  } finally {
    policy = "first";
  }
});
