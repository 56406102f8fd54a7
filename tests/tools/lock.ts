// Refreshes deno.lock after a change of the imports in deno.json: `deno task --frozen=false lock`,
// since a task refuses to start on a stale lock.

import { deno, ROOT } from "./run.ts";

const entries: string[] = [];
const visit = async (folder: string): Promise<void> => {
  for await (const entry of Deno.readDir(`${ROOT}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) await visit(path);
    else if (entry.name.endsWith(".ts")) entries.push(path);
  }
};
for (const folder of ["src", "tests", "examples"]) {
  if (await Deno.stat(`${ROOT}${folder}`).then(() => true, () => false)) await visit(folder);
}
const { code, stderr } = await deno(["cache", "--frozen=false", "main.ts", ...entries.sort()]);
console.log(code === 0 ? "deno.lock is up to date" : stderr);
Deno.exit(code);
