// The tree stays one that a newcomer can read: few things at the top, small files that say what they are for.

import { expect } from "expect";
import { isTestFile } from "../lint/arrows.ts";
import { ROOT } from "../kit/program.ts";

const TOP = [
  "LICENSE",
  "README.md",
  "deno.json",
  "deno.lock",
  "examples",
  "main.ts",
  "src",
  "tests",
];
/** Made by tasks, and ignored by git. */
const MADE = ["coverage", "dist", "node_modules"];
const MAX_LINES = 320;
/** Files that a task writes. */
const WRITTEN: readonly string[] = ["src/detect/injection/weights.ts"];

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${ROOT}${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

Deno.test("the top of the tree holds nothing but what belongs there", () => {
  const names = [...Deno.readDirSync(ROOT)].map((e) => e.name).filter((n) => !n.startsWith("."));
  expect(names.filter((name) => !MADE.includes(name)).sort()).toEqual(TOP);
});

Deno.test("every source file says in its first line what it is for, and is small", async () => {
  const silent: string[] = [];
  const large: string[] = [];
  for await (const path of sources("src")) {
    const text = await Deno.readTextFile(`${ROOT}${path}`);
    if (!isTestFile(path) && !/^(?:\/\/ \S|\/\*\*)/.test(text)) silent.push(path);
    const lines = text.split("\n").length;
    if (!isTestFile(path) && !WRITTEN.includes(path) && lines > MAX_LINES) {
      large.push(`${path}: ${lines}`);
    }
  }
  expect({ silent, large }).toEqual({ silent: [], large: [] });
});
