// Which files `mcpguard test` runs: those that are given, and every test file in and below the folders that are given.

import { join, resolve } from "node:path";
import { shown } from "../arguments.ts";
import { UsageError } from "../exit.ts";

/** How a test file in a folder is called. */
const TEST_FILE = /_test\.ya?ml$/;
/** Most folders below one: a mistake such as `/` ends in good time. */
const MAX_FOLDERS = 10_000;

/**
 * Finds the test files.
 *
 * @param paths Files, taken as they are, and folders, searched to any depth but for hidden ones and `node_modules`.
 * Links to folders are not followed.
 * @returns The files in the order of the paths, each once, those of a folder by name.
 * @throws {UsageError} For a path that is not there and a folder without a test file.
 */
export async function testFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const path of paths) {
    const files = await filesOf(path);
    if (files.length === 0) {
      throw new UsageError(
        `${shown(path)} holds no test file (*_test.yaml), and no folder below it does`,
      );
    }
    for (const file of files) {
      if (!found.has(resolve(file))) found.set(resolve(file), file);
    }
  }
  return [...found.values()];
}

async function filesOf(path: string): Promise<string[]> {
  const info = await Deno.stat(path).catch((error) => {
    throw new UsageError(
      `${shown(path)} ${
        error instanceof Deno.errors.NotFound ? "cannot be found" : "cannot be read"
      }`,
    );
  });
  if (!info.isDirectory) return [path];
  const files: string[] = [];
  const folders = [path];
  for (let i = 0; i < folders.length; i++) {
    if (folders.length > MAX_FOLDERS) {
      throw new UsageError(
        `${shown(path)} holds more than ${MAX_FOLDERS} folders; name one of them`,
      );
    }
    for (const { name, isDirectory } of await entriesOf(folders[i]!)) {
      const inside = join(folders[i]!, name);
      if (!isDirectory && TEST_FILE.test(name)) files.push(inside);
      else if (isDirectory && !name.startsWith(".") && name !== "node_modules") {
        folders.push(inside);
      }
    }
  }
  return files.sort();
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch {
    throw new UsageError(`${shown(folder)} cannot be read`);
  }
}
