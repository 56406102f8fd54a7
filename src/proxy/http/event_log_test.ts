import { expect } from "expect";
import { EventLog } from "./event_log.ts";

const log = (events = 4, chars = 100, token = "token", policy = (): number => 1): EventLog =>
  new EventLog({ token, events, chars, policy });

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

Deno.test("EventLog.after() withholds what an earlier policy let through (HTTP-012)", () => {
  let policy = 1;
  const mine = log(10, 10_000, "token", () => policy);
  const stream = {};
  const note = (method: string): string => `{"jsonrpc":"2.0","method":"notifications/${method}"}`;
  mine.append(stream, "");
  for (const text of ['{"jsonrpc":"2.0","id":1,"result":{"secret":1}}', note("message")]) {
    mine.append(stream, text);
  }
  mine.append(stream, note("tools/list_changed"));
  expect(mine.after(stream, 0).map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  policy = 2;
  mine.append(stream, note("message"));
  const [primer, answer, ...rest] = mine.after(stream, 0);
  expect(primer!.data).toBe("");
  expect(JSON.parse(answer!.data)).toMatchObject({ id: 1, error: { code: -31403 } });
  expect(rest.map((event) => [event.seq, event.data])).toEqual([
    [4, note("tools/list_changed")],
    [5, note("message")],
  ]);
});

Deno.test("EventLog.after() leaves what is on its way to a connection, whatever the policy is meanwhile", () => {
  let policy = 1;
  const mine = log(10, 10_000, "token", () => policy);
  const stream = {};
  const answer = (id: number): string => `{"jsonrpc":"2.0","id":${id},"result":{}}`;
  mine.append(stream, answer(1));
  const connected = mine.next;
  mine.append(stream, answer(2));
  policy = 2;
  const data = mine.after(stream, 0, connected).map((event) => JSON.parse(event.data));
  expect(data).toMatchObject([{ id: 1, error: { code: -31403 } }, { id: 2, result: {} }]);
});
