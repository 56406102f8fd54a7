// What a record costs: building its line, with the digest of a payload of 200 bytes, and writing it to a file.

import { JsonNumber, JsonObject } from "../wire/mod.ts";
import { boundRecord } from "./bound.ts";
import { FileTarget } from "./file.ts";
import { LineBuilder } from "./line.ts";
import { createAuditSink } from "./sink.ts";
import { fileLogging, record } from "./testing.ts";

const clock = { now: (): number => Date.now(), monotonic: (): number => performance.now() };
const payload = new JsonObject(["name", "arguments"], [
  "calculator.add",
  new JsonObject(["a", "b", "note"], [new JsonNumber("1"), new JsonNumber("2.5"), "x".repeat(140)]),
]);
const call = record({
  request: payload,
  context: { transport: "websocket", session: "s-0123456789", remote: "127.0.0.1", requestId: "7" },
});
const bare = record({ context: call.context! });
const foreign = record({ tool: "計算機.足し算", context: call.context! });
const builder = new LineBuilder({ enabled: true, alg: "sha256" });

const dir = Deno.makeTempDirSync({ prefix: "mcpguard-bench-" });
const logging = fileLogging(`${dir}/audit.jsonl`);
const sink = createAuditSink(logging, { enabled: true, alg: "sha256" }, { clock });
const target = new FileTarget({ path: `${dir}/raw.jsonl`, rotateBytes: 10_485_760, clock });
const bytes = new TextEncoder().encode(builder.build(boundRecord(call)));
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));

Deno.bench("line without digest", { group: "line" }, () => {
  builder.build(boundRecord(bare));
});

Deno.bench("line with SHA-256 of 200 bytes", { group: "line", baseline: true }, () => {
  builder.build(boundRecord(call));
});

Deno.bench("line with a name beyond ASCII", { group: "line" }, () => {
  builder.build(boundRecord(foreign));
});

Deno.bench("file target, one line", { group: "file" }, () => {
  target.prepare(bytes.length);
  target.write(bytes);
});

Deno.bench("sink to a file, one record awaited", { group: "file" }, async () => {
  await sink.write(call);
});

Deno.bench("sink to a file, 32 records in a turn", { group: "file" }, async () => {
  const writes = [];
  for (let i = 0; i < 32; i++) writes.push(sink.write(call));
  await Promise.all(writes);
});
