// `deno task compile`: the bundled program as one executable, made by `deno compile` with exact permissions.
// deno downloads the runtime it needs (denort); where it cannot, this says so and ends with 1.

import { bundle, megabytes, outPath } from "./bundle.ts";
import { programFlags } from "./flags.ts";
import { deno } from "./run.ts";

async function main(args: readonly string[]): Promise<number> {
  const out = outPath(args, "dist/mcpguard-compiled");
  const runtime = Deno.env.get("DENORT_BIN");
  if (runtime !== undefined && await same(runtime, Deno.execPath())) {
    // Such a file is a deno with every permission, not the program.
    console.error("DENORT_BIN names deno itself, which is no runtime: unset it");
    return 1;
  }
  const folder = await Deno.makeTempDir();
  try {
    // --bundle FILE takes a bundle that is there already.
    const given = args.indexOf("--bundle");
    const js = given < 0 ? `${folder}/mcpguard.js` : args[given + 1]!;
    if (given < 0) console.log(`bundle: ${megabytes(await bundle(js))}`);
    await Deno.mkdir(out.replace(/\/[^/]*$/, ""), { recursive: true });
    const { code, stderr } = await deno([
      ...["compile", "--no-config", "--no-check", "--no-lock"],
      ...programFlags,
      ...["--output", out, js],
    ]);
    console.error(stderr.trimEnd());
    if (code === 0) {
      console.log(`${out}: ${megabytes((await Deno.stat(out)).size)}`);
    } else if (/download|denort/i.test(stderr)) {
      console.error(
        "\nNothing was compiled: deno could not download its runtime (denort) from its own host.\n" +
          "Give a downloaded one by DENORT_BIN=PATH, or use `deno task dist`, which needs no download.",
      );
    }
    return code;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function same(a: string, b: string): Promise<boolean> {
  const real = (path: string): Promise<string> => Deno.realPath(path).catch(() => path);
  return await real(a) === await real(b);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
