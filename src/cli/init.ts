// `mcpguard init`: asks a server what it offers and writes a policy to start from.

import { parsePolicy } from "../policy/mod.ts";
import { askServer } from "./ask_server.ts";
import { EXIT, UsageError } from "./exit.ts";
import { starterPolicy } from "./init_policy.ts";
import { type Output, printable } from "./output.ts";
import { describeServer, readServer } from "./server_options.ts";
import type { Given } from "./spec.ts";

/** Runs the command and returns the exit code. */
export async function init(given: Given, output: Output): Promise<number> {
  const file = given.text("out") ?? "policy.yaml";
  const toFile = file !== "-";
  if (toFile && !given.flag("force") && await exists(file)) {
    throw new UsageError(`${file} is there already; give --force to replace it, or another --out`);
  }
  const server = readServer(given);
  const offer = await askServer(server, output);
  const text = starterPolicy(offer, describeServer(server));
  // What is written must load: a policy that does not is worse than none.
  parsePolicy(text, file);
  if (!toFile) {
    output.line(text.trimEnd());
    return EXIT.OK;
  }
  try {
    await Deno.writeTextFile(file, text);
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new UsageError(
      `${file} cannot be written${typeof code === "string" ? ` (${code})` : ""}`,
    );
  }
  output.line(printable(`${file} written for ${offer.tools.length} tools; read it, then try`));
  output.line(printable(`  mcpguard policy lint ${file}`));
  return EXIT.OK;
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}
