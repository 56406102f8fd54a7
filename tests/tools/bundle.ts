// Bundles the program into one JavaScript file, and reads what deno.json says about it.

import { deno, ROOT } from "./run.ts";

/** The version in deno.json. */
export async function version(): Promise<string> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)).version;
}

/**
 * Bundles main.ts with all its packages.
 *
 * @param out Path of the file to write.
 * @returns Its size in bytes.
 * @throws {Error} When bundling fails, with what deno said.
 */
export async function bundle(out: string): Promise<number> {
  const { code, stderr } = await deno([
    ...["bundle", "--quiet", "--minify", "--platform", "deno"],
    ...["--output", out, "main.ts"],
  ]);
  if (code !== 0) throw new Error(`bundling failed:\n${stderr}`);
  return (await Deno.stat(out)).size;
}

/** The path after `--out`, made absolute, or the default below the project's root. */
export function outPath(args: readonly string[], fallback: string): string {
  const at = args.indexOf("--out");
  const given = at < 0 ? undefined : args[at + 1];
  if (given === undefined) return `${ROOT}${fallback}`;
  return given.startsWith("/") ? given : `${Deno.cwd()}/${given}`;
}

/** A size for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
