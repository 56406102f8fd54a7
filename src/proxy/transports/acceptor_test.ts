import { expect } from "expect";
import { acceptAll } from "./acceptor.ts";

/** A connection that notes whether it was closed. */
function fakeConn(): Deno.TcpConn & { closed: boolean } {
  const conn = { closed: false, close: () => void (conn.closed = true) };
  return conn as unknown as Deno.TcpConn & { closed: boolean };
}

/** Accepts what a script says, then ends like a closed listener. */
async function run(
  script: (Deno.TcpConn | Error)[],
  room: () => boolean = () => true,
): Promise<{ taken: Deno.TcpConn[]; errors: unknown[] }> {
  const taken: Deno.TcpConn[] = [];
  const errors: unknown[] = [];
  await acceptAll({
    listener: {
      accept: () => {
        const next = script.shift() ?? new Deno.errors.BadResource("closed");
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
    },
    room,
    backoffMs: 1,
    onConnection: (conn) => void taken.push(conn),
    onError: (error) => void errors.push(error),
  });
  return { taken, errors };
}

Deno.test("acceptAll() goes on after failed accepts, and tells of a row of them once", async () => {
  const emfile = new Error("Too many open files (os error 24)");
  const [one, two] = [fakeConn(), fakeConn()];
  const { taken, errors } = await run([emfile, emfile, emfile, one, emfile, two]);
  expect(taken).toEqual([one, two]);
  expect(errors).toEqual([emfile, emfile]);
});

Deno.test("acceptAll() closes connections beyond the cap, and those only", async () => {
  const conns = [fakeConn(), fakeConn(), fakeConn()];
  let open = 0;
  const { taken } = await run([...conns], () => open++ !== 1);
  expect(taken).toEqual([conns[0], conns[2]]);
  expect(conns.map((conn) => conn.closed)).toEqual([false, true, false]);
});
