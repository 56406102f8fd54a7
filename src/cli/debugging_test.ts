import { expect } from "expect";
import { UsageError } from "./exit.ts";
import { refuseDebugger } from "./debugging.ts";

Deno.test("refuseDebugger() refuses every way in which NODE_OPTIONS opens a debugger (PRC-005)", () => {
  for (
    const options of ["--inspect", "--trace-warnings --inspect-brk=0.0.0.0:1", "--inspect-wait"]
  ) expect(() => refuseDebugger(options)).toThrow(UsageError);
  for (const options of [undefined, "", "--max-old-space-size=4096"]) refuseDebugger(options);
});
