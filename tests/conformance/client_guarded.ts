// The same client behind the guard: the suite starts this in place of it, with the address of its own server at the end.

import { startGuard } from "../kit/guard.ts";
import { ROOT } from "../kit/program.ts";
import { runToEnd } from "../kit/process.ts";
import { POLICY } from "./modes.ts";

await using guard = await startGuard(POLICY, Deno.args.at(-1)!);
const { code, stdout, stderr } = await runToEnd([
  ...[Deno.execPath(), "run", "--quiet", "--no-check", "--config", `${ROOT}deno.json`, "-A"],
  ...[`${ROOT}tests/conformance/client.ts`, `${guard.origin}/mcp`],
]);
console.log(stdout);
if (code !== 0) {
  console.error(stderr);
  throw new Error(`the client ended with ${code}`);
}
