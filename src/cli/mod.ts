// The program's door: commands, help, and how failures are told. Rooms are loaded only by the command that needs them.

import { Command, CommanderError, Option } from "commander";
import denoJson from "../../deno.json" with { type: "json" };
import { BadPolicy, McpGuardError } from "../errors.ts";
import { EXIT, UsageError } from "./exit.ts";
import { type Output, paint, processOutput } from "./output.ts";

/** The program's version. */
export const VERSION: string = denoJson.version;

/**
 * Runs the program.
 *
 * @param args Command line arguments, without the program's name.
 * @param output Where it writes.
 * @returns The exit code: 0 fine or allowed, 1 denied, 2 bad usage or policy, 3 a human is needed, 70 internal.
 */
export async function run(args: string[], output: Output = processOutput()): Promise<number> {
  let code: number = EXIT.OK;
  const program = buildProgram(output, (c) => code = c);
  try {
    if (args.length === 0) {
      program.outputHelp();
      return EXIT.USAGE;
    }
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return tell(error, output);
  }
}

/** Turns a failure into one honest line, never a stack trace. */
function tell(error: unknown, output: Output): number {
  const label = paint(output.problemColour, "red", "mcpguard:");
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
  if (error instanceof BadPolicy || error instanceof UsageError || error instanceof McpGuardError) {
    output.problem(`${label} ${error.message}`);
    return EXIT.USAGE;
  }
  if (error instanceof Deno.errors.NotCapable) {
    output.problem(`${label} the program lacks a permission: ${firstLine(error.message)}`);
    return EXIT.USAGE;
  }
  const name = error instanceof Error ? error.name : "unknown";
  output.problem(`${label} internal failure (${name}); please report what you did`);
  return EXIT.INTERNAL;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

function port(value: string): number {
  const number = /^[0-9]{1,5}$/.test(value) ? Number(value) : NaN;
  if (!(number <= 65535)) {
    throw new UsageError(`${JSON.stringify(value)} is not a port (0 to 65535)`);
  }
  return number;
}

/** Every command, for running and for the README's reference. */
export function buildProgram(output: Output, done: (code: number) => void): Command {
  const program = new Command("mcpguard")
    .description("Security and policy middleware for MCP servers.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.line(text.replace(/\n$/, "")),
      writeErr: (text) => output.problem(text.replace(/\n$/, "")),
      getOutHasColors: () => output.colour,
      getErrHasColors: () => output.problemColour,
    })
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      "\nExit codes: 0 fine or allowed, 1 denied, 2 bad usage or bad policy, 3 a human is needed, 70 internal failure.",
    );

  program.command("proxy")
    .description("Stand between MCP clients and one server, and decide on every message.")
    .requiredOption("--policy <file>", "the policy file")
    .requiredOption("--target <url>", "the server: ws://HOST:PORT[/PATH] or wss://...")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on, 0 for any free one", port, 8787)
    .option(
      "--admin <address:port>",
      "where /readyz and /metrics are served, or off",
      "127.0.0.1:8788",
    )
    .option("--allow-host <name>", "a further Host that clients may name; repeatable", collect, [])
    .option(
      "--allow-origin <origin>",
      "a further web Origin that may connect; repeatable",
      collect,
      [],
    )
    .addHelpText(
      "after",
      "\nClients connect to ws://HOST:PORT/ws; POST /call takes one tool_call frame; GET /healthz says whether it runs.",
    )
    .action(async (options) => {
      const { proxy } = await import("./proxy.ts");
      done(await proxy(options));
    });

  program.command("check")
    .description("Ask a policy about one tool call; nothing is spent and nothing is recorded.")
    .requiredOption("--policy <file>", "the policy file")
    .requiredOption("--tool <name>", "the tool to be called")
    .option("--prompt <text>", "the prompt that leads to the call, or - for standard input")
    .option("--identity <name>", "who asks")
    .option("--resource <uri>", "a resource the call uses; repeatable", collect, [])
    .option("--args <json>", "the arguments, a JSON object")
    .addOption(new Option("--json", "print the decision as one line of JSON"))
    .addOption(new Option("--explain", "show every stage and which rule decided"))
    .action(async (options) => {
      const { check } = await import("./check.ts");
      done(await check(options, output));
    });

  const policy = program.command("policy").description("Work on policy files.");
  policy.command("lint <file>")
    .description("Report every error and warning of a policy file.")
    .option("--json", "print the report as one line of JSON")
    .option("--strict", "end with 1 when there are warnings")
    .action(async (file, options) => {
      const { policyLint } = await import("./policy.ts");
      done(await policyLint(file, options, output));
    });

  program.command("schema")
    .description("Print the JSON Schema of the policy file.")
    .action(async () => {
      const { schema } = await import("./schema.ts");
      done(schema(output));
    });

  const key = program.command("key").description("Work on client keys.");
  key.command("new")
    .description("Print a fresh key and the hash that goes into the policy.")
    .option("--json", "print both as one line of JSON")
    .action(async (options) => {
      const { keyNew } = await import("./key.ts");
      done(keyNew(options, output));
    });
  return program;
}
