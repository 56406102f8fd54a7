// `deno task start`: the example server and the guard in front of it, until Ctrl+C.

import { startServer } from "./server.ts";
import { run } from "../src/cli/mod.ts";

const server = startServer(0);
console.log("try: curl -s -X POST http://127.0.0.1:8787/call -H 'X-API-Key: demo-key' \\");
console.log(
  `       -H 'Content-Type: application/json' -d '{"type":"tool_call","tool":"calculator.add","args":{"a":2,"b":3}}'`,
);
const code = await run([
  "proxy",
  "--policy",
  `${import.meta.dirname}/policy.yaml`,
  "--target",
  `ws://127.0.0.1:${server.addr.port}`,
  ...Deno.args,
]);
await server.shutdown();
Deno.exit(code);
