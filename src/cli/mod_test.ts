// The door in this process: help, versions, and every way to get the command line wrong.

import { expect } from "expect";
import { COMMANDS } from "./commands.ts";
import { run } from "./mod.ts";
import type { Output } from "./output.ts";

interface Said {
  code: number;
  out: string;
  err: string;
}

async function said(...args: string[]): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const output: Output = {
    line: (text) => out.push(text),
    problem: (text) => err.push(text),
    colour: false,
    problemColour: false,
  };
  const code = await run(args, output);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

Deno.test("run() without arguments prints the help on standard error and ends with 2", async () => {
  const { out } = await said("--help");
  expect(await said()).toEqual({ code: 2, out: "", err: out });
});

Deno.test("run() knows the whole program's help", async () => {
  const { code, out, err } = await said("--help");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe(`Usage: mcpguard <command> [options]

Security and policy middleware for MCP servers.

Commands:
  proxy [-- <command...>]     Stand between MCP clients and servers, and decide on every
                              message.
  run [-- <command...>]       Wrap one server that speaks over standard input and output.
  check                       Ask a policy about one tool call; nothing is spent and
                              nothing is recorded.
  explain                     Show the path of one decision: every stage, every rule that
                              matches, and what decides.
  policy lint <file>          Report every error and warning of a policy file.
  init [-- <command...>]      Write a policy to start from, by what a server offers.
  pin [-- <command...>]       Pin what a server offers, so that the guard withholds what
                              changes later.
  pin diff [-- <command...>]  Show how what a server offers differs from its pins.
  scan -- <server...>         Inspect what servers offer for hidden instructions, secrets
                              and look-alike names.
  schema                      Print the JSON Schema of the policy file.
  approvals list              Show the calls that wait for an approval.
  approvals approve <id>      Let exactly one waiting call happen, once.
  approvals deny <id>         Refuse a waiting call, and every other that is exactly the
                              same, until this expires.
  test <path...>              Try the cases of test files (*_test.yaml) on their policies.
  diff <old> <new>            Say which recorded messages another policy would decide
                              otherwise.
  audit suggest <file>        Write a policy that allows what an audit file shows, and
                              nothing else.
  key new                     Print a fresh key and the hash that goes into the policy.
  help [command]              Print the help of a command.

Options:
  -V, --version  print the version
  -h, --help     print this help

mcpguard <command> --help shows a command's options.

Exit codes:
  0   done; for check: allowed
  1   for check: denied or throttled; for policy lint --strict: warnings; for run: the
      server ended; for pin and scan: something differs or was found; for test: a case is
      not as expected; for diff: a decision changes; for audit suggest: something cannot
      be allowed
  2   bad usage, a bad policy, or a part that cannot start
  3   for check: a human has to confirm or approve
  70  a failure of mcpguard itself`);
  expect(await said("-h")).toEqual({ code, out, err });
  expect(await said("help")).toEqual({ code, out, err });
});

for (const command of COMMANDS) {
  Deno.test(`run() helps with ${command.name}: every option and operand is explained`, async () => {
    const words = command.name.split(" ");
    const { code, out, err } = await said(...words, "--help");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`Usage: mcpguard ${command.name}`);
    expect(out).toContain(command.summary);
    const flat = out.replaceAll(/\s+/g, " ");
    for (const option of command.options) {
      const value = option.value === undefined ? "" : ` <${option.value}>`;
      expect(flat).toContain(`--${option.name}${value} ${option.text}`);
      if (option.required) expect(out.split("\n")[0]).toContain(`--${option.name}${value}`);
      if (option.fallback !== undefined) expect(flat).toContain(`default: ${option.fallback}`);
    }
    for (const operand of command.operands) {
      const words = operand.rest
        ? `-- <${operand.name}...>`
        : operand.many
        ? `<${operand.name}...>`
        : `<${operand.name}>`;
      const name = operand.instead === undefined ? words : `[${words}]`;
      expect(flat).toContain(`${name} ${operand.text}`);
    }
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(await said("help", ...words)).toEqual({ code, out, err });
    // Whatever else is wrong: who asks for help gets help.
    expect(await said(...words, "--no-such-option", "-h")).toEqual({ code, out, err });
  });
}

Deno.test("run() tells the version of deno.json", async () => {
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  expect(await said("--version")).toEqual({ code: 0, out: version, err: "" });
  expect(await said("-V")).toEqual({ code: 0, out: version, err: "" });
});

Deno.test("run() refuses wrong usage in one line with a hint", async (t) => {
  const CHECK = ["check", "--policy", "p", "--tool", "t"];
  const PROXY = ["proxy", "--policy", "p", "--target", "ws://127.0.0.1:1"];
  const see = (command: string): string => `. See: mcpguard ${command}--help`;
  const cases: [args: string[], message: string][] = [
    [["chek"], `unknown command "chek" (did you mean "mcpguard check"?)${see("")}`],
    [["lint"], `unknown command "lint" (did you mean "mcpguard policy lint"?)${see("")}`],
    [["frobnicate"], `unknown command "frobnicate"${see("")}`],
    [["hlep"], `unknown command "hlep" (did you mean "mcpguard help"?)${see("")}`],
    [
      ["policy", "lnt", "x"],
      `unknown command "policy lnt" (did you mean "mcpguard policy lint"?)${see("")}`,
    ],
    [["key", "--json"], `unknown command "key --json"${see("")}`],
    [["help", "chek"], `unknown command "chek" (did you mean "mcpguard check"?)${see("")}`],
    [["__proto__"], `unknown command "__proto__"${see("")}`],
    [["--json", "check"], `unknown option "--json"; a command comes first${see("")}`],
    [
      ["check", "--polcy", "p"],
      `unknown option "--polcy" (did you mean --policy?)${see("check ")}`,
    ],
    [["check", "-policy=p"], `unknown option "-policy" (did you mean --policy?)${see("check ")}`],
    [["check", "--zzz=secret"], `unknown option "--zzz"${see("check ")}`],
    [["check", "--tool", "t"], `--policy <file> is missing${see("check ")}`],
    [["check", "--policy", "p"], `--tool <name> is missing${see("check ")}`],
    [[...CHECK, "--prompt"], `--prompt needs a value: --prompt <text>${see("check ")}`],
    [[...CHECK, "--json=yes"], `--json takes no value${see("check ")}`],
    [[...CHECK, "--tool", "u"], `--tool is given twice${see("check ")}`],
    [[...CHECK, "--json", "--json"], `--json is given twice${see("check ")}`],
    [
      [...CHECK, "two", "words"],
      `unexpected argument "two"; put quotes around a text of several words${see("check ")}`,
    ],
    [["policy", "lint"], `<file> is missing${see("policy lint ")}`],
    [
      ["policy", "lint", "a", "b"],
      `unexpected argument "b"; put quotes around a text of several words${see("policy lint ")}`,
    ],
    [
      ["schema", "--", "--json"],
      `unexpected argument "--json"; put quotes around a text of several words${see("schema ")}`,
    ],
    [[...PROXY, "--port", "abc"], `--port "abc" is no port; write a number from 0 to 65535`],
    [[...PROXY, "--port", "99999"], `--port "99999" is no port; write a number from 0 to 65535`],
    [[...PROXY, "--port="], `--port "" is no port; write a number from 0 to 65535`],
    [[...PROXY, "--port", "1e3"], `--port "1e3" is no port; write a number from 0 to 65535`],
    [
      [...PROXY, "--admin", "8788"],
      `--admin "8788" is not ADDRESS:PORT or off; write 127.0.0.1:8788 or [::1]:8788`,
    ],
    [
      [...PROXY, "--admin", "::1:8788"],
      `--admin "::1:8788" is not ADDRESS:PORT or off; write 127.0.0.1:8788 or [::1]:8788`,
    ],
    [
      [...PROXY, "--admin", "[::1]:65536"],
      `--admin "65536" is no port; write a number from 0 to 65535`,
    ],
    [[...PROXY, "--host", ""], `--host "" is no address; write 127.0.0.1, ::1 or 0.0.0.0`],
    [
      [...PROXY, "--host", "ws://x"],
      `--host "ws://x" is no address; write 127.0.0.1, ::1 or 0.0.0.0`,
    ],
  ];
  for (const [args, message] of cases) {
    await t.step(args.join(" "), async () => {
      expect(await said(...args)).toEqual({ code: 2, out: "", err: `mcpguard: ${message}` });
    });
  }
});

Deno.test("run() refuses targets without repeating them", async (t) => {
  const SCHEMES =
    "--target must begin with http://, https://, ws:// or wss://, or with sse+http:// or " +
    "sse+https:// for a server of the old HTTP+SSE transport";
  const cases: [target: string, message: string][] = [
    ["127.0.0.1", "--target is no URL; write http://HOST:PORT/mcp or ws://HOST:PORT"],
    ["", "--target is no URL; write http://HOST:PORT/mcp or ws://HOST:PORT"],
    ["ws://", "--target is no URL; write http://HOST:PORT/mcp or ws://HOST:PORT"],
    ["ws://h:99999", "--target is no URL; write http://HOST:PORT/mcp or ws://HOST:PORT"],
    ["localhost:9000", SCHEMES],
    ["ftp://h:1", SCHEMES],
    ["sse+ws://h:1", SCHEMES],
    ["http+sse://h:1", SCHEMES],
    [
      "sse+http://user:hunter2@h:1",
      "--target must not hold a user name or password: they end in logs",
    ],
    [
      "sse+https://h:1/?token=hunter2",
      "--target must not hold a key or token in its query: they end in logs",
    ],
    ["ws://h:0", "--target has port 0, which no server has"],
    ["ws://h:1/#x", "--target must not hold a fragment (#...)"],
    ["ws://user:hunter2@h:1", "--target must not hold a user name or password: they end in logs"],
    [
      "ws://h:1/?api_key=hunter2",
      "--target must not hold a key or token in its query: they end in logs",
    ],
  ];
  for (const [target, message] of cases) {
    await t.step(target || "nothing", async () => {
      const result = await said("proxy", "--policy", "p", "--target", target);
      expect(result).toEqual({ code: 2, out: "", err: `mcpguard: ${message}` });
    });
  }
});

Deno.test("run() tells an internal failure by its kind only", async () => {
  const output: Output = {
    line: () => {
      throw new RangeError("a text with a secret in it");
    },
    problem: (text) => problems.push(text),
    colour: false,
    problemColour: true,
  };
  const problems: string[] = [];
  expect(await run(["--version"], output)).toBe(70);
  expect(problems).toEqual([
    "\x1b[31mmcpguard:\x1b[0m internal failure (RangeError); please report what you did",
  ]);
});
