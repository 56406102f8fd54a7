// Reads a policy file: a regular file of bounded size in strict UTF-8, or a clear reason why not.

import { hash } from "node:crypto";
import { BadPolicy } from "./errors.ts";
import { MAX_POLICY_BYTES } from "./policy/mod.ts";

/**
 * Reads the text of a policy file. The file is opened once and what was opened is what is checked
 * and read, so that a swap in between changes nothing.
 *
 * @param path The file's path.
 * @returns Its text.
 * @throws {BadPolicy} When it is missing, no regular file, too large, or not UTF-8.
 */
export async function readPolicyText(path: string): Promise<string> {
  return (await readPolicyFile(path)).text;
}

/** A policy file as it was read. */
export interface PolicyFileRead {
  /** Its text. */
  text: string;
  /** `sha256:HEX` of its bytes. */
  digest: string;
  /** Who else may write to it: the permission bits 0o022 of what was read; 0 where the system has none. */
  writable: number;
  /** Its owner's id, or null where the system has none. */
  owner: number | null;
}

/**
 * Reads a policy file like {@linkcode readPolicyText}, with what tells whether it can be trusted at a reload.
 *
 * @param path The file's path.
 * @returns What was read.
 * @throws {BadPolicy} When it is missing, no regular file, too large, or not UTF-8.
 */
export async function readPolicyFile(path: string): Promise<PolicyFileRead> {
  const refuse = (message: string): BadPolicy =>
    new BadPolicy(path, [{ message, path: "", line: 0, column: 0 }]);
  const tooLarge = (): BadPolicy => refuse(`is larger than ${MAX_POLICY_BYTES} bytes`);
  // A FIFO would block the open itself, so the kind is looked at first, and again on what was opened.
  const before = await Deno.stat(path).catch((error) => {
    throw refuse(reasonOf(error));
  });
  if (!before.isFile) throw refuse(NO_FILE);
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { read: true });
  } catch (error) {
    throw refuse(reasonOf(error));
  }
  using opened = file;
  const info = await opened.stat();
  if (!info.isFile) throw refuse(NO_FILE);
  if (info.size > MAX_POLICY_BYTES) throw tooLarge();
  // One byte more than it says: a file that grows meanwhile is read on.
  let bytes = new Uint8Array(info.size + 1);
  let length = 0;
  for (;;) {
    const read = await opened.read(bytes.subarray(length)).catch((error) => {
      throw refuse(reasonOf(error));
    });
    if (read === null) break;
    length += read;
    if (length > MAX_POLICY_BYTES) throw tooLarge();
    if (length === bytes.length) {
      const more = new Uint8Array(Math.min(2 * length + 4096, MAX_POLICY_BYTES + 1));
      more.set(bytes);
      bytes = more;
    }
  }
  const content = bytes.subarray(0, length);
  try {
    return {
      text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content),
      digest: `sha256:${hash("sha256", content, "hex")}`,
      writable: (info.mode ?? 0) & 0o022,
      owner: info.uid,
    };
  } catch {
    throw refuse("is not valid UTF-8");
  }
}

/**
 * A file that a policy names: beside the policy, unless the name says where.
 *
 * @param name The name in the policy.
 * @param policy The policy's file name as given.
 * @returns The path.
 */
export function besidePolicy(name: string, policy: string): string {
  if (name.startsWith("/") || /^[A-Za-z]:[\\/]/.test(name)) return name;
  const mark = Math.max(policy.lastIndexOf("/"), policy.lastIndexOf("\\"));
  return mark < 0 ? name : policy.slice(0, mark + 1) + name;
}

/**
 * The path of a file URL on this machine.
 *
 * @param url A `file:` URL without a host.
 * @returns The path, percent-decoded.
 * @throws {BadPolicy} For another URL, or one whose path cannot be decoded.
 */
export function fromFileUrl(url: URL): string {
  const refuse = (message: string): BadPolicy =>
    new BadPolicy(url.href, [{ message, path: "", line: 0, column: 0 }]);
  if (url.protocol !== "file:" || url.host !== "") {
    throw refuse("is no URL of a file on this machine; give file:///PATH");
  }
  try {
    const path = decodeURIComponent(url.pathname);
    return Deno.build.os === "windows" ? path.slice(1) : path;
  } catch {
    throw refuse("cannot be decoded");
  }
}

const NO_FILE = "is not a regular file; give the path of a policy file";

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
    return "does not exist; give the path of a policy file";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "cannot be read: permission denied";
  if (error instanceof Deno.errors.NotCapable) {
    return "cannot be read: the program was started without --allow-read for it";
  }
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? `cannot be read (${code})` : "cannot be read";
}
