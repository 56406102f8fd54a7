// `deno task dist`: the program as one file for Linux that needs neither Node nor Deno on the machine:
// tests/tools/dist_header.sh, then a gzip tar of the running deno and the bundled program.

import { bundle, megabytes, outPath, version } from "./bundle.ts";
import { programFlags } from "./flags.ts";
import { ROOT, run } from "./run.ts";

/** Fills the placeholders of the header; `@LINES@` becomes the line after it, where the content begins. */
export function fillHeader(template: string, values: Readonly<Record<string, string>>): string {
  const all = { ...values, LINES: String(template.split("\n").length) };
  return template.replace(/@([A-Z]+)@/g, (whole, name) => {
    if (!Object.hasOwn(all, name)) throw new Error(`nothing to put for ${whole}`);
    return (all as Record<string, string>)[name]!;
  });
}

async function main(args: readonly string[]): Promise<number> {
  if (Deno.build.os !== "linux") {
    console.error("dist makes a file for Linux and must run there");
    return 1;
  }
  const out = outPath(args, "dist/mcpguard");
  const folder = await Deno.makeTempDir();
  try {
    // --deno FILE puts another program in deno's place, for tests of the header.
    const given = args.indexOf("--deno");
    await checkedCopy(given < 0 ? Deno.execPath() : args[given + 1]!, `${folder}/deno`);
    const size = await bundle(`${folder}/mcpguard.js`);
    const archive = await run([
      ...["tar", "-C", folder, "--sort=name", "--mtime=@0", "--owner=0", "--group=0"],
      ...["--numeric-owner", "-czf", `${folder}/content.tgz`, "deno", "mcpguard.js"],
    ]);
    if (archive.code !== 0) throw new Error(`tar failed: ${archive.stderr}`);
    const content = await Deno.readFile(`${folder}/content.tgz`);
    const header = fillHeader(await Deno.readTextFile(`${ROOT}tests/tools/dist_header.sh`), {
      VERSION: await version(),
      ARCH: Deno.build.arch,
      HASH: new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex(),
      FLAGS: programFlags.join(" "),
    });
    await Deno.mkdir(out.replace(/\/[^/]*$/, ""), { recursive: true });
    await using file = await Deno.open(`${out}.new`, { write: true, create: true, truncate: true });
    for (const part of [new TextEncoder().encode(header), content]) {
      for (let at = 0; at < part.length;) at += await file.write(part.subarray(at));
    }
    await Deno.chmod(`${out}.new`, 0o755);
    await Deno.rename(`${out}.new`, out);
    console.log(`${out}: ${megabytes(content.length + header.length)}, program ${megabytes(size)}`);
    return 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Copies deno, which must be the native program and not a script that starts it. */
async function checkedCopy(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, to);
  using file = await Deno.open(to);
  const magic = new Uint8Array(4);
  await file.read(magic);
  if (magic.toHex() !== "7f454c46") throw new Error(`${from} is no native Linux program`);
  await Deno.chmod(to, 0o755);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
