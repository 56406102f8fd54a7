// Writes the generated parts of README.md, between `<!-- generated: NAME -->` and `<!-- /generated -->`:
// the policy reference and the program's help. With --check it only says whether they are up to date.

import { type Generators, regenerate } from "./markers.ts";
import { deno, ROOT } from "./run.ts";

const GENERATORS: Generators = {
  "policy-reference": async () => {
    const { policyReference } = await import("../../src/policy/mod.ts");
    return policyReference();
  },
  "test-reference": async () => {
    const { testsReference } = await import("../../src/policy/mod.ts");
    return testsReference();
  },
  "help": async (command) => {
    const args = ["run", "--quiet", "-P=check", "main.ts", ...command.split(" ").filter(Boolean)];
    const { code, stdout, stderr } = await deno([...args, "--help"]);
    if (code !== 0) throw new Error(`help of "${command}" ended with ${code}: ${stderr}`);
    return "```text\n" + stdout.trimEnd() + "\n```";
  },
};

async function main(args: readonly string[]): Promise<number> {
  const path = `${ROOT}README.md`;
  const before = await Deno.readTextFile(path);
  const raw = await Deno.makeTempFile({ suffix: ".md" });
  try {
    // What is compared and written is what the formatter makes of it, so that both gates agree.
    await Deno.writeTextFile(raw, await regenerate(before, GENERATORS));
    const { code, stderr } = await deno(["fmt", "--quiet", "--config", `${ROOT}deno.json`, raw]);
    if (code !== 0) throw new Error(`formatting failed: ${stderr}`);
    const after = await Deno.readTextFile(raw);
    if (after === before) return 0;
    if (args.includes("--check")) {
      console.error("README.md is out of date: run `deno task readme`");
      return 1;
    }
    await Deno.writeTextFile(path, after);
    console.log("README.md is written");
    return 0;
  } finally {
    await Deno.remove(raw);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
