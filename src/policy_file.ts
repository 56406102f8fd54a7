// Reads a policy file: a regular file of bounded size in strict UTF-8, or a clear reason why not.

import { BadPolicy } from "./errors.ts";

/** The largest policy file, bytes. */
const MAX_BYTES = 1 << 20;

/**
 * Reads the text of a policy file. The file is opened once and what was opened is what is checked
 * and read, so that a swap in between changes nothing.
 *
 * @param path The file's path.
 * @returns Its text.
 * @throws {BadPolicy} When it is missing, no regular file, too large, or not UTF-8.
 */
export async function readPolicyText(path: string): Promise<string> {
  const refuse = (message: string): BadPolicy =>
    new BadPolicy(path, [{ message, path: "", line: 1, column: 1 }]);
  // A FIFO would block the open itself, so the kind is looked at first, and again on what was opened.
  const before = await Deno.stat(path).catch((error) => {
    throw refuse(reasonOf(error));
  });
  if (!before.isFile) throw refuse("is not a regular file; give the path of a policy file");
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true });
  } catch (error) {
    throw refuse(reasonOf(error));
  }
  using opened = file;
  const info = await opened.stat();
  if (!info.isFile) throw refuse("is not a regular file; give the path of a policy file");
  if (info.size > MAX_BYTES) throw refuse(`is larger than ${MAX_BYTES} bytes`);
  const bytes = new Uint8Array(MAX_BYTES + 1);
  let length = 0;
  while (length < bytes.length) {
    const read = await opened.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  if (length > MAX_BYTES) throw refuse(`is larger than ${MAX_BYTES} bytes`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes.subarray(0, length),
    );
  } catch {
    throw refuse("is not valid UTF-8");
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return "does not exist; give the path of a policy file";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "cannot be read: permission denied";
  if (error instanceof Deno.errors.NotCapable) {
    return "cannot be read: the program was started without --allow-read for it";
  }
  return "cannot be read";
}
