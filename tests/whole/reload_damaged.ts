// Puts damaged files in the place of a running guard's policy, one after another, and looks after each whether the old
// policy still decides. Run as a program it makes a thousand of them.

import { hash } from "node:crypto";
import { lintPolicy } from "../../src/policy/mod.ts";
import { AuditFile, type AuditLine } from "../catalogue/audit.ts";
import { connectClient, obliging, type Peer, playServer } from "../fixtures/proxy_peers.ts";
import { procText } from "../kit/proc.ts";
import type { RunningProcess } from "../kit/process.ts";
import { startProgram } from "../kit/program.ts";

/** How something is put in the place of the policy. */
interface Damage {
  /** In a few words. */
  what: string;
  /** What the file then holds; null where there is no text to be read. */
  bytes: Uint8Array | null;
  /** Puts it there, all at once or in place. */
  put(path: string): Promise<void>;
}

/** What a campaign saw. */
export interface Damaged {
  /** Damaged files, by kind. */
  kinds: Record<string, number>;
  /** Resident memory before, after half of them and at the end, bytes. */
  memory: [before: number, half: number, after: number];
  /** What was wrong; empty when the old policy stood throughout. */
  wrong: string[];
  /** What the guard said on standard error. */
  said: string[];
}

const KEY = "a-key-that-is-long-enough-for-tests";

function policy(audit: string): string {
  return `# the policy in force\nversion: 1\ndefault: deny\n` +
    `auth: { mode: api_key, allowed_keys: [{ key: ${KEY}, identity: alice, roles: [ops] }] }\n` +
    `tools: { allow: ["calc/*", "files.*"], deny: ["admin/*"] }\n` +
    `resources: { allow: ["file:///pub/**"], deny: ["file://**/.env"] }\n` +
    `rules: [{ id: big, tools: ["calc/*"], when: "args.n > 100", effect: deny }]\n` +
    `rate_limit: { capacity: 100000, refill_rate_per_sec: 1000 }\n` +
    `logging: { output: file, file_path: ${audit} }\npolicy_end: true\n`;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file that is exchanged for another at once, as tools do, or written over, as editors do. */
function file(what: string, content: string | Uint8Array, inPlace = false): Damage {
  const bytes = typeof content === "string" ? encode(content) : content;
  return {
    what,
    bytes,
    put: async (path) => {
      await clear(path, inPlace);
      if (inPlace) return await Deno.writeFile(path, bytes);
      await Deno.writeFile(`${path}.new`, bytes);
      await Deno.rename(`${path}.new`, path);
    },
  };
}

/** Something that is no file. */
function thing(what: string, put: (path: string) => Promise<void>): Damage {
  return { what, bytes: null, put: (path) => clear(path, false).then(() => put(path)) };
}

/** Takes away what no file can be renamed onto, or written into. */
async function clear(path: string, forWriting: boolean): Promise<void> {
  const info = await Deno.lstat(path).catch(() => null);
  if (info !== null && (!info.isFile && (info.isDirectory || forWriting))) await Deno.remove(path);
}

/** Documents that no policy is: wrong types, bombs, binary. */
function strange(whole: string): Damage[] {
  const levels = [..."abcdefgh"].map((name, i, all) =>
    `${name}: &${name} [${Array(9).fill(i === 0 ? "x" : `*${all[i - 1]}`)}]`
  );
  const types = ["null", "42", "true", '"text"', "[]", "{}", "[1, [2]]", "2026-01-01"];
  const sections = ["tools", "auth", "rules", "resources", "rate_limit", "logging", "limits"];
  const files = [
    ...types.map((text) => file("a wrong type", text)),
    ...sections.flatMap((name) =>
      ["42", "[[1]]", name === "tools" ? "!!js/function 'x'" : "{ odd: 1 }"].map((value) =>
        file("a wrong type", whole.replace(new RegExp(`^${name}:.*$`, "m"), `${name}: ${value}`))
      ).filter(({ bytes }) => new TextDecoder().decode(bytes!) !== whole)
    ),
    file("a bomb", `${levels.join("\n")}\nversion: 1\npolicy_end: true\n`),
    file("a bomb", `version: 1\ntools: { allow: ${"[".repeat(20_000)}${"]".repeat(20_000)} }\n`),
    file("a bomb", `version: 1\ntools: { allow: [${"a*".repeat(50_000)}] }\npolicy_end: true\n`),
    file("a bomb", `version: 1\n? ${"{a: ".repeat(5000)}\n`),
    file("huge", `${whole}#${"x".repeat(8 << 20)}\n`),
    file("huge", "version: 1\n".repeat(200_000)),
    file("binary", Uint8Array.from({ length: 4096 }, (_, i) => Math.imul(i, 2654435761) >>> 24)),
    file("binary", new Uint8Array(65_536)),
    file("binary", new Uint8Array([0xef, 0xbb, 0xbf, ...encode(whole)])),
    file("binary", new Uint8Array([0xff, 0xfe, ...encode(whole).slice(0, 200)])),
    file("binary", new Uint8Array([...encode(whole), 0])),
    file("two documents", `${whole}---\n${whole}`),
    file("a key twice", whole.replace("default:", "default: deny\ndefault:")),
    file("nothing", ""),
    file("nothing", "\n\n\n", true),
    file("nothing", "# only a comment\n"),
  ];
  const things = [
    thing("away", (path) => Deno.remove(path).catch(() => {})),
    thing("a folder", async (path) => {
      await Deno.remove(path).catch(() => {});
      await Deno.mkdir(path);
    }),
    thing("a link to nothing", (path) => linked(path, "nothing.yaml")),
    thing("a link to itself", (path) => linked(path, "policy.yaml")),
    thing("a device", (path) => linked(path, "/dev/zero")),
    thing("a pipe", async (path) => {
      await Deno.remove(path).catch(() => {});
      await new Deno.Command("mkfifo", { args: [path] }).output();
    }),
  ];
  // Two that are both no file at all look alike, and are told once: so there is a file between any two.
  return files.flatMap((one, i) => things[i] === undefined ? [one] : [things[i], one]);
}

async function linked(path: string, to: string): Promise<void> {
  await Deno.symlink(to, `${path}.link`);
  await Deno.rename(`${path}.link`, path);
}

/** Beginnings of the file, files with a bit turned over, and files of which a part is the old one's or is missing. */
function* torn(whole: string, from: number): Generator<Damage> {
  const bytes = encode(whole);
  for (let i = 0;; i++) {
    const at = (from + i * 131) % bytes.length;
    yield file("cut", bytes.slice(0, at), i % 2 === 0);
    const flipped = bytes.slice();
    flipped[at]! ^= 1 << (i % 8);
    yield file("a bit turned over", flipped, i % 2 === 1);
    // A write of which only some blocks have reached the disk.
    const holes = bytes.slice();
    holes.fill(0, at, Math.min(at + 64, bytes.length));
    yield file("a hole", holes);
    const half = bytes.length >> 1;
    yield file("two writes mixed", new Uint8Array([...bytes.slice(half), ...bytes.slice(0, at)]));
  }
}

/**
 * Damages the policy of a running guard.
 *
 * @param count How many damaged files.
 * @returns What was seen.
 */
export async function damagePolicies(count: number): Promise<Damaged> {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-damaged-" });
  // Apart from the records, whose folder is watched here: a pipe in it would stop the watcher.
  const path = `${folder}/etc/policy.yaml`;
  await Deno.mkdir(`${folder}/etc`);
  const audit = new AuditFile(`${folder}/audit.jsonl`);
  const whole = policy(audit.path);
  const seen: Damaged = { kinds: {}, memory: [0, 0, 0], wrong: [], said: [] };
  await Deno.writeTextFile(path, whole);
  try {
    await using server = playServer(obliging);
    const { process, url } = await startProgram([
      ...["proxy", "--policy", path, "--target", server.url, "--port", "0", "--admin", "off"],
    ]);
    await using _ = process;
    const client = await connectClient(url, { "X-API-Key": KEY });
    const first = await decided(client, audit);
    seen.memory[0] = await memoryOf(process);
    let n = 0;
    const odd = strange(whole);
    for (const damage of mixed(odd, torn(whole, 7), count)) {
      // What damage leaves a right policy with its end is one.
      if (isPolicy(damage.bytes)) continue;
      if (n++ === count) break;
      seen.kinds[damage.what] = (seen.kinds[damage.what] ?? 0) + 1;
      await audit.mark();
      await damage.put(path);
      const told = await audit.when((lines) => lines.some((line) => tellsOf(line, damage.bytes)));
      if (!told.some((line) => tellsOf(line, damage.bytes))) {
        seen.wrong.push(`${n} (${damage.what}) is not recorded as refused`);
      }
      // Not after each of very many: the records name the policy that decides.
      if (n % 10 === 0 || n <= odd.length) {
        const now = await decided(client, audit);
        if (JSON.stringify(now) !== JSON.stringify(first)) {
          seen.wrong.push(`after ${n} (${damage.what}): ${JSON.stringify(now)}`);
        }
      }
      if (n === count >> 1) seen.memory[1] = await memoryOf(process);
      if (seen.wrong.length > 5) break;
    }
    seen.memory[2] = await memoryOf(process);
    // And a right one is taken at once.
    await audit.mark();
    await file("right", `${whole}# again\n`).put(path);
    const taken = (line: AuditLine): boolean => line.detail === "policy.reloaded";
    if (!(await audit.when((lines) => lines.some(taken))).some(taken)) {
      seen.wrong.push("a right policy is not taken afterwards");
    }
    client.close();
    const exit = await process.stop();
    if (exit.code !== 0) seen.wrong.push(`the guard ended with ${exit.code}`);
    seen.said = exit.stderr.split("\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return seen;
}

/** Two strange ones, then a torn one, and so on; of few files all the strange ones. */
function* mixed(odd: Damage[], rest: Generator<Damage>, count: number): Generator<Damage> {
  const every = Math.max(1, Math.floor(count / odd.length));
  for (let i = 0;; i++) {
    if (i % every === 0 && i / every < odd.length) yield odd[i / every]!;
    else yield rest.next().value as Damage;
  }
}

function isPolicy(bytes: Uint8Array | null): boolean {
  if (bytes === null || bytes.length > 1 << 20) return false;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return lintPolicy(text, "p").policy?.marked === true;
  } catch {
    return false;
  }
}

/** Whether a record says that what stands there is refused: by its digest, where it could be read. */
function tellsOf(line: AuditLine & { policy?: string }, bytes: Uint8Array | null): boolean {
  if (line.detail !== "policy.reload_rejected") return false;
  const readable = bytes !== null && bytes.length <= 1 << 20 && isUtf8(bytes);
  return !readable || line.policy === `sha256:${hash("sha256", bytes, "hex")}`;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** What four calls come to, and which policy decided on them. */
async function decided(client: Peer, audit: AuditFile): Promise<unknown[]> {
  const calls: [string, object][] = [
    ["calc.add", { n: 1 }],
    ["calc.add", { n: 101 }],
    ["admin.x", {}],
    ["other", {}],
  ];
  const passed: boolean[] = [];
  await audit.mark();
  for (const [name, args] of calls) {
    const { result } = await client.asked("tools/call", { name, arguments: args });
    passed.push(result.isError !== true);
  }
  const lines = (await audit.since()).filter((line) => line.event === "decision");
  return [passed, new Set(lines.map((line) => (line as { policy?: string }).policy)).size, [
    ...new Set(lines.map((line) => (line as { policy?: string }).policy)),
  ]];
}

async function memoryOf(process: RunningProcess): Promise<number> {
  const status = await procText(process.pid, "status");
  return Number(/VmRSS:\s+(\d+)/.exec(status ?? "")![1]) * 1024;
}

if (import.meta.main) {
  const seen = await damagePolicies(Number(Deno.args[0] ?? 1000));
  console.log(JSON.stringify({ ...seen, said: seen.said.length }, null, 2));
  Deno.exit(seen.wrong.length === 0 ? 0 : 1);
}
