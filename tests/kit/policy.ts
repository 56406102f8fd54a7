// A policy file of a test, in a folder of its own that goes away with it.

/** A file on disk. */
export interface PolicyFile extends AsyncDisposable {
  /** Its path. */
  path: string;
  /** Its folder, for further files. */
  folder: string;
}

/**
 * Writes a policy file.
 *
 * @param text The policy.
 * @returns The file; dispose it at the end.
 */
export async function policyFile(text: string): Promise<PolicyFile> {
  const folder = await Deno.makeTempDir({ prefix: "mcpguard-policy-" });
  const path = `${folder}/policy.yaml`;
  await Deno.writeTextFile(path, text);
  return {
    path,
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
