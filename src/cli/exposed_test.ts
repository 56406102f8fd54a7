// Which addresses need a policy that asks who comes.

import { expect } from "expect";
import { parsePolicy } from "../policy/mod.ts";
import { checkDebugger, checkExposed } from "./exposed.ts";

const OPEN = parsePolicy("version: 1\n", "p.yaml");
const KEYED = parsePolicy(
  "version: 1\nauth: { mode: api_key, allowed_keys: [a-key-that-is-long-enough] }\n",
  "p.yaml",
);

Deno.test("checkExposed() refuses the network without auth, unless it is meant (PRC-007)", () => {
  for (const host of ["0.0.0.0", "::", "192.168.1.2", "guard.example", "127.0.0.1.example"]) {
    expect(() => checkExposed(OPEN, host, false)).toThrow("--allow-insecure");
    checkExposed(OPEN, host, true);
    checkExposed(KEYED, host, false);
  }
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) {
    checkExposed(OPEN, host, false);
  }
});

Deno.test("checkDebugger() refuses surroundings that open a debugger (PRC-005)", () => {
  for (const options of ["--inspect", "--inspect-brk=0.0.0.0:9229", "-r x --inspect=9229"]) {
    expect(() => checkDebugger(options)).toThrow("NODE_OPTIONS");
  }
  for (const options of [undefined, "", "--max-old-space-size=512"]) checkDebugger(options);
});
