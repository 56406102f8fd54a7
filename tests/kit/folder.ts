// A folder of a test with files in it, which goes away with it.

/** A folder on disk. */
export interface Folder extends AsyncDisposable {
  /** Its path. */
  path: string;
}

/**
 * Makes a folder with files.
 *
 * @param files Their texts by name; a name may have folders in it.
 * @returns The folder; dispose it at the end.
 */
export async function folder(files: Record<string, string>): Promise<Folder> {
  const path = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(`${path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
