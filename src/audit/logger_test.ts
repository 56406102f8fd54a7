import { expect } from "expect";
import { createLogger, type LoggerOptions } from "./logger.ts";
import { FakeTarget, manualTime, osError, parseLines } from "./testing.ts";
import { LineWriter } from "./writer.ts";

function rig(options: Partial<LoggerOptions> = {}): {
  target: FakeTarget;
  logger: ReturnType<typeof createLogger>;
  flush: () => Promise<void>;
} {
  const target = new FakeTarget();
  const time = manualTime();
  const writer = new LineWriter(target, { setTimer: time.setTimer });
  const logger = createLogger({ level: "INFO", format: "text", writer, clock: time, ...options });
  return { target, logger, flush: () => writer.write("", 0).catch(() => {}) };
}

Deno.test("createLogger() writes text for people", async () => {
  const { target, logger, flush } = rig();
  logger.info('Listening on "ws"', { port: 8787, path: "/ws", tls: false, policy: null });
  await flush();
  expect(target.text).toBe(
    '2026-11-22T12:00:00.000Z INFO Listening on \\"ws\\" port=8787 path="/ws" tls=false policy=null\n',
  );
});

Deno.test("createLogger() writes JSON for machines, without fields that pose as its own", async () => {
  const { target, logger, flush } = rig({ format: "json" });
  logger.error("It failed", { level: "DEBUG", code: "EIO" });
  await flush();
  expect(target.text).toBe(
    '{"ts":"2026-11-22T12:00:00.000Z","level":"ERROR","message":"It failed","code":"EIO"}\n',
  );
});

Deno.test("createLogger() leaves out what is below its level", async () => {
  const levels = ["DEBUG", "INFO", "WARNING", "ERROR"] as const;
  for (const [i, level] of levels.entries()) {
    const { target, logger, flush } = rig({ level, format: "json" });
    logger.debug("m");
    logger.info("m");
    logger.warning("m");
    logger.error("m");
    await flush();
    expect(parseLines(target.text).map((l) => l.level)).toEqual(levels.slice(i));
  }
});

Deno.test("createLogger() keeps a message on one line, visible and bounded", async () => {
  const trick = "a\n2026-11-22T12:00:00.000Z INFO b\u202e\u2028\u001b[2K";
  for (const format of ["text", "json"] as const) {
    const { target, logger, flush } = rig({ format });
    logger.info(trick, { [trick]: trick, long: "x".repeat(1_000_000) });
    logger.info("y".repeat(1_000_000));
    await flush();
    expect(target.text.split("\n")).toHaveLength(3);
    // deno-lint-ignore no-control-regex
    expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/.test(target.text)).toBe(false);
    expect(target.text.length).toBeLessThan(6000);
  }
});

Deno.test("createLogger() says how many messages were lost, and is no lost audit record", async () => {
  const target = new FakeTarget();
  const time = manualTime();
  const writer = new LineWriter(target, { setTimer: time.setTimer });
  const logger = createLogger({ level: "INFO", format: "json", writer, clock: time });
  target.takes = () => {
    throw osError("EPIPE");
  };
  for (let i = 0; i < 3; i++) {
    logger.info("lost");
    await writer.write("", 0).catch(() => {});
    await Promise.resolve();
  }
  expect(writer.lost).toBe(0);
  target.takes = (offered) => offered;
  logger.info("kept");
  logger.info("also kept");
  await writer.close();
  expect(parseLines(target.text)).toMatchObject([
    { message: "kept", messages_lost: 3 },
    { message: "also kept" },
  ]);
});
