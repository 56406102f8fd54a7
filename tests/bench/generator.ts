// A closed-loop load generator, as a process of its own: each connection asks, waits for the answer, asks again.
//   generator.ts PORT CONNECTIONS SECONDS BYTES
// Prints "begin" after a warm-up, "end" when the time is over, and once all is closed one JSON line: calls, errors,
// seconds, p50 and p99 in microseconds.

import { textFrame } from "../../src/proxy/transports/frame_writer.ts";
import { FrameReader } from "../../src/proxy/transports/frames.ts";
import { caller, INITIALIZE, INITIALIZED } from "./messages.ts";
import { closeClient, KEY, LIMITS, openClient, writeAll } from "./socket.ts";

/** What the generator saw. */
export interface Load {
  /** Answered calls in the measured time. */
  calls: number;
  /** Answers that were errors or to another id, and connections that broke, at any time. */
  errors: number;
  /** The measured time, seconds. */
  seconds: number;
  /** Median latency, microseconds. */
  p50: number;
  /** 99th percentile of the latency, microseconds. */
  p99: number;
}

const WARM_UP_MS = 500;
const decoder = new TextDecoder();

class Generator {
  errors = 0;
  measuring = false;
  stopping = false;
  latencies: number[] = [];
  readonly #call: (id: number) => string;

  constructor(bytes: number) {
    this.#call = caller(bytes);
  }

  /** One connection, until it is told to stop or breaks. */
  async run(port: number): Promise<void> {
    const { conn, rest } = await openClient(port);
    let id = 0;
    let askedAt = 0;
    let due: string[] = [INITIALIZE];
    const reader = new FrameReader("client", LIMITS, {
      onText: (bytes) => {
        const text = decoder.decode(bytes);
        const now = performance.now();
        if (!text.includes(`"id":${id},"result":`) || text.includes('"isError":true')) {
          this.errors++;
        } else if (id > 0 && this.measuring) this.latencies.push(now - askedAt);
        if (id === 0) due.push(INITIALIZED);
        if (this.stopping) return;
        due.push(this.#call(++id));
        askedAt = now;
      },
      onPing: () => {},
      onPong: () => {},
      onClose: () => void this.errors++,
    });
    const buffer = new Uint8Array(65536);
    reader.push(rest);
    while (due.length > 0) {
      const texts = due;
      due = [];
      for (const text of texts) await writeAll(conn, textFrame(text, KEY));
      while (due.length === 0 && !this.stopping) {
        const count = await conn.read(buffer);
        if (count === null) throw new Error("the connection was closed");
        reader.push(buffer.subarray(0, count));
      }
    }
    await closeClient(conn);
  }
}

function quantile(sorted: readonly number[], part: number): number {
  const at = Math.min(sorted.length - 1, Math.floor(part * sorted.length));
  return Math.round((sorted[at] ?? 0) * 1000);
}

async function main(args: readonly string[]): Promise<void> {
  const [port, connections, seconds, bytes] = args.map(Number);
  const generator = new Generator(bytes!);
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const running = Array.from({ length: connections! }, () =>
    generator.run(port!).catch((error) => {
      generator.errors++;
      console.error(String(error));
    }));
  await wait(WARM_UP_MS);
  console.log("begin");
  generator.measuring = true;
  const from = performance.now();
  await wait(seconds! * 1000);
  generator.measuring = false;
  const took = (performance.now() - from) / 1000;
  console.log("end");
  generator.stopping = true;
  await Promise.all(running);
  const sorted = generator.latencies.sort((a, b) => a - b);
  const load: Load = {
    calls: sorted.length,
    errors: generator.errors,
    seconds: took,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
  console.log(JSON.stringify(load));
}

await main(Deno.args);
