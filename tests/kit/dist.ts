// A built one-file distribution in a folder of its own, with one home for everything that runs it.

import { type Exit, runToEnd } from "./process.ts";
import { ROOT } from "./program.ts";

const POLICY = `version: 1
tools: { allow: ["calculator/*"], deny: ["admin/*"] }
`;

/** Where one test runs the file. */
export interface Place {
  /** The folder of this test. */
  folder: string;
  /** The file. */
  file: string;
  /** An empty home. */
  home: string;
  /** An empty folder for temporary files. */
  tmp: string;
  /** An empty folder, for a PATH on which nothing is found. */
  empty: string;
  /** Where the file unpacks itself to, below the home. */
  cache: string;
}

/**
 * Builds the file.
 *
 * @param folder Where to.
 * @param args Further arguments for the build.
 * @returns The path of the file.
 */
export async function buildDist(folder: string, args: readonly string[] = []): Promise<string> {
  const out = `${folder}/mcpguard`;
  const script = ["run", "--quiet", "-P=build", "tests/tools/dist.ts", "--out", out, ...args];
  const made = await runToEnd([Deno.execPath(), ...script], { cwd: ROOT });
  if (made.code !== 0) throw new Error(`dist ended with ${made.code}: ${made.stderr}`);
  return out;
}

/** Copies the file into a fresh folder, with a policy beside it, for as long as `use` takes. */
export async function inPlace(built: string, use: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-dist-" });
  const home = `${folder}/home`;
  const place = {
    folder,
    file: `${folder}/mcpguard`,
    home,
    tmp: `${folder}/tmp`,
    empty: `${folder}/empty`,
    cache: `${home}/.cache/mcpguard`,
  };
  try {
    await Deno.copyFile(built, place.file);
    await Deno.writeTextFile(`${folder}/policy.yaml`, POLICY);
    for (const path of [place.home, place.tmp, place.empty]) await Deno.mkdir(path);
    await use(place);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the file with an environment of nothing but `env`. */
export function runDist(
  place: Place,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Exit> {
  return runToEnd([place.file, ...args], { cwd: place.folder, clearEnv: true, env });
}

/** The names in a folder, sorted. */
export function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((e) => e.name).sort();
}
