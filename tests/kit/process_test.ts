// The kit that runs real processes: lines are awaited, ends are told, nothing outlives a test.

import { expect } from "expect";
import { RunningProcess, runToEnd } from "./process.ts";

Deno.test("runToEnd() tells code and output, and feeds standard input", async () => {
  const exit = await runToEnd(["/bin/sh", "-c", "cat; echo no >&2; exit 3"], { stdin: "yes" });
  expect(exit).toEqual({ code: 3, signal: null, stdout: "yes", stderr: "no\n" });
});

Deno.test("RunningProcess.line() finds lines said before and after it is asked", async () => {
  await using process = new RunningProcess(
    ["/bin/sh", "-c", "echo on 1 >&2; read x; echo got $x"],
    {
      stdin: "open",
    },
  );
  expect((await process.line(/^on (\d)$/, "stderr"))[1]).toBe("1");
  expect((await process.line(/^on (\d)$/))[1]).toBe("1");
  await process.write("this\n");
  expect((await process.line(/^got (.*)$/, "stdout"))[1]).toBe("this");
  expect((await process.exit).code).toBe(0);
});

Deno.test("RunningProcess.line() fails with what was said when the process ends first", async () => {
  await using process = new RunningProcess(["/bin/sh", "-c", "echo broken >&2"]);
  await expect(process.line(/ready/)).rejects.toThrow("stderr: broken");
  await process.exit;
  await expect(process.line(/ready/)).rejects.toThrow("stderr: broken");
});

Deno.test("RunningProcess.stop() ends the process and tells how", async () => {
  const process = new RunningProcess(["/bin/sleep", "1000"]);
  expect(await process.stop()).toMatchObject({ code: 143, signal: "SIGTERM" });
  expect((await process.stop()).signal).toBe("SIGTERM");
});
