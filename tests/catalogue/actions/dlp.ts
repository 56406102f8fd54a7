// Actions about what texts hold: secrets in every place and spelling, padding, benign documents, a scanner that fails.

import type { Case, Step } from "../case.ts";
import type { Message } from "../client.ts";
import { brief, judge, refuses } from "../judge.ts";
import { judgeOne } from "../judge_redact.ts";
import { neighboursOf, passNeighbours } from "../neighbours.ts";
import { ended, play, runnerId } from "../play.ts";
import { DLP, NO_SECRETS } from "../policies_dlp.ts";
import type { Bench } from "../runner.ts";
import { connect, type Pair, type Stage, startInside } from "../stage.ts";

/** The secret of the catalogue: a key that its provider made for examples. */
export const KEY = "AKIAIOSFODNN7EXAMPLE";

/** One call that the server answers as given; null where the guard hung up. */
async function answered(pair: Pair, result: object, args: object = {}): Promise<Message | null> {
  const id = runnerId();
  const before = pair.server.received.length;
  await pair.client.send(JSON.stringify({
    ...{ jsonrpc: "2.0", id, method: "tools/call" },
    params: { name: "read_file", arguments: args },
  }));
  await pair.server.count(before + 1);
  const asked = pair.server.received[before]!;
  asked.answered = true;
  pair.server.send(JSON.stringify({ jsonrpc: "2.0", id: asked.json.id, ...result }));
  return await pair.client.find((m) => m.id === id);
}

/** A result of one text. */
export const textResult = (text: string): object => ({
  result: { content: [{ type: "text", text }] },
});

/** Plays results one after the other, and says what came of each. */
export async function each<T>(
  stage: Stage,
  items: readonly T[],
  resultOf: (item: T) => object,
  check: (item: T, answer: Message) => string[],
): Promise<string[]> {
  const wrong: string[] = [];
  const pair = await connect(stage);
  for (const item of items) {
    const answer = await answered(pair, resultOf(item));
    if (answer === null) return [...wrong, "the guard hung up"];
    wrong.push(...check(item, answer));
    // Kept messages are looked through for every answer.
    pair.client.messages.length = 0;
  }
  await pair.client.close();
  await ended(pair);
  return wrong;
}

/** DLP-033: the same secret wherever a result, an error or a list has room for it. */
export async function everyPlace(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(DLP);
  const wrong = judge(one, await play(stage, one));
  const block = (more: object): object => ({ result: { content: [more] } });
  const places: Record<string, object> = {
    "a text": textResult(`key ${KEY}.`),
    "a block's uri": block({ type: "resource_link", uri: `https://x.example/${KEY}`, name: "n" }),
    "a query": block({ type: "resource_link", uri: `https://x.example/?k=${KEY}`, name: "n" }),
    "a type of content": block({ type: "image", data: "AAAA", mimeType: `image/${KEY}` }),
    "a resource": block({ type: "resource", resource: { uri: "file:///pub/a.txt", text: KEY } }),
    "a blob": block({
      type: "resource",
      resource: { uri: "file:///pub/a.txt", blob: btoa(`k=${KEY}\n`) },
    }),
    "a name deep down": {
      result: { content: [], structuredContent: { a: [{ b: { [KEY]: 1 } }] } },
    },
    "a number": { result: { content: [], structuredContent: { n: [4111111111111111] } } },
    "_meta": { result: { content: [], _meta: { x: { y: [KEY] } } } },
    "a block's _meta": block({ type: "text", text: "ok", _meta: { x: KEY } }),
    "an error's message": { error: { code: -32000, message: `no ${KEY}` } },
    "an error's data": { error: { code: -32000, message: "no", data: { a: [{ [KEY]: KEY }] } } },
    "an unknown member": { result: { content: [], extra: { more: KEY } } },
  };
  wrong.push(
    ...await each(stage, Object.entries(places), ([, result]) => result, ([place, result], got) => {
      const { jsonrpc: _, ...rest } = got;
      return judgeOne(result, rest).map((w) => `${place}: ${w}`);
    }),
  );
  return wrong;
}

/** DLP-036: a number of four digits leaves nothing behind that could be tried out: no mask, no plain hash. */
export async function shortNumbers(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(DLP);
  const wrong = judge(one, await play(stage, one));
  // A key of the process is in it: another process names the same number otherwise.
  await using other = await startInside(DLP, {});
  const shown = new Set<string>();
  for (const one of [stage, other]) {
    wrong.push(
      ...await each(one, ["PIN 1234"], textResult, (_, got) => {
        const text = got.result?.content?.[0]?.text;
        if (/1234|\*{4}/.test(String(text))) return [`it shows ${brief(text)}`];
        shown.add(text);
        return [];
      }),
    );
  }
  if (shown.size !== 2) wrong.push("two processes name the same number alike");
  return wrong;
}

const hex = (text: string): string => new TextEncoder().encode(text).toHex();
const letters = (text: string, of: (c: string) => string): string => [...text].map(of).join("");

/** Ways to write a secret that a reader, or a model, undoes. */
const SPELLINGS: Readonly<Record<string, string>> = {
  base64: btoa(KEY),
  "base64 twice": btoa(btoa(KEY)),
  "base64 in lines": btoa(`the key is ${KEY}, keep it`).replace(/(.{16})/g, "$1\n"),
  "base64 in groups": btoa(KEY).replace(/(.{4})/g, "$1 "),
  hex: hex(KEY),
  percent: letters(KEY, (c) => `%${hex(c)}`),
  "one percent escape": `%41${KEY.slice(1)}`,
  entities: letters(KEY, (c) => `&#x${hex(c)};`),
  "JSON escapes": `{\\"k\\":\\"\\u0041${KEY.slice(1)}\\"}`,
  "zero-width": letters(KEY, (c) => `${c}\u200b`),
  "soft hyphen": `${KEY.slice(0, 7)}\u00ad${KEY.slice(7)}`,
  fullwidth: letters(KEY, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)),
  "tag characters": letters(KEY, (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))),
  "comment inside": `${KEY.slice(0, 6)}<!-- -->${KEY.slice(6)}`,
  "terminal escape": `${KEY.slice(0, 6)}\u001b[0m${KEY.slice(6)}`,
  "groups with spaces": KEY.replace(/(.{4})/g, "$1 "),
};

/** DLP-037: the same secret in every encoding that is undone; reversed and compressed text is not. */
export async function encoded(one: Case, bench: Bench): Promise<string[]> {
  const stage = await bench.stages.get(DLP);
  const wrong = judge(one, await play(stage, one));
  const all = Object.entries(SPELLINGS);
  const resultOf = ([, text]: [string, string]): object => textResult(`see ${text} there`);
  wrong.push(
    ...await each(stage, all, resultOf, ([name, text], got) => {
      const found = got.result?.content?.[0]?.text;
      // Invisible text goes without a placeholder: the policy takes out what nobody sees.
      const clean = name === "tag characters" ? "see  there" : "redacted";
      return typeof found === "string" && found.includes(clean) && !found.includes(text)
        ? []
        : [`${name}: ${brief(got)}`];
    }),
  );
  return wrong;
}

/** DLP-032: behind a megabyte of padding and across every cut, the whole message is searched or refused. */
export async function padded(one: Case, bench: Bench): Promise<string[]> {
  const wrong: string[] = [];
  const sizes = one.steps.flatMap((s) => s.gen === undefined ? [] : [Number(s.gen.n)]);
  const texts = [...sizes, 65_516, 65_535, 65_536].map((n) => "x ".repeat(n / 2) + KEY);
  const strict = await bench.stages.get(NO_SECRETS);
  wrong.push(
    ...await each(
      strict,
      texts,
      textResult,
      (text, got) =>
        refuses(got) && !JSON.stringify(got).includes(KEY)
          ? []
          : [`${text.length} characters: ${brief(got)}`],
    ),
  );
  const stage = await bench.stages.get(DLP);
  wrong.push(
    ...await each(
      stage,
      texts,
      textResult,
      (text, got) =>
        JSON.stringify(got).includes(KEY) ? [`it came through behind ${text.length}`] : [],
    ),
  );
  wrong.push(...await passNeighbours(strict, neighboursOf(one)));
  return wrong;
}

/** `split_over`: halves in different messages pass, which the README says; halves in one result do not. */
export async function splitOver(one: Case, bench: Bench): Promise<string[]> {
  const step = one.steps[0]!;
  const [text, n] = [String(step.text), Number(step.n)];
  const size = Math.ceil(text.length / n);
  const parts = Array.from({ length: n }, (_, i) => text.slice(i * size, (i + 1) * size));
  const stage = await bench.stages.get(DLP);
  const wrong = await each(
    stage,
    parts,
    textResult,
    (part, got) =>
      got.result?.content?.[0]?.text === part ? [] : [`a half did not pass: ${brief(got)}`],
  );
  const blocks = { result: { content: parts.map((part) => ({ type: "text", text: part })) } };
  wrong.push(
    ...await each(
      stage,
      [blocks],
      (result) => result,
      (_, got) =>
        JSON.stringify(got).includes(parts[0]!) ? ["halves in one result came through"] : [],
    ),
  );
  return wrong;
}

/** `repeat`: the same message again and again is judged the same. */
export async function repeated(one: Case, bench: Bench): Promise<string[]> {
  const step = one.steps[0]!;
  const text = String(step.step);
  const steps: Step[] = Array.from({ length: Number(step.n) }, (_, i) => ({
    client: text.replace('"id":1', `"id":${i + 1}`),
  }));
  return judge(one, await play(await bench.stages.get(DLP), { ...one, steps }));
}

/** DLP-040: where a part of the scanner throws, nothing passes, in either direction, and the record says why. */
export async function scannerFails(one: Case): Promise<string[]> {
  const state = { broken: true };
  const fault = (): void => {
    if (state.broken) throw new RangeError("Maximum call stack size exceeded");
  };
  const wrong: string[] = [];
  await using stage = await startInside(DLP, { pseudonyms: () => (fault(), "00000000") });
  const pair = await connect(stage);
  const answer = await answered(pair, textResult(`key ${KEY}`));
  if (!refuses(answer)) wrong.push(`a result: ${brief(answer)}`);
  const call = { name: "echo", arguments: { text: KEY } };
  const asked = await pair.client.ask({ id: runnerId(), method: "tools/call", params: call });
  const code = asked?.error?.code;
  if (code !== one.expected.rpc_code) wrong.push(`an argument: code ${code}: ${brief(asked)}`);
  if (pair.server.received.length !== 1) wrong.push("the argument was forwarded");
  if (/AKIA|stack size/.test(JSON.stringify([answer, asked]))) {
    wrong.push("it tells of its insides");
  }
  await pair.client.close();
  await ended(pair);
  state.broken = false;
  wrong.push(...await passNeighbours(stage, neighboursOf(one)));
  const text = await Deno.readTextFile(stage.audit.path);
  const told = text.split('"detail":"dlp.error"').length - 1;
  if (told !== 2) wrong.push(`${told} records tell of 2 failures`);
  return wrong;
}
