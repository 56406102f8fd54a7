// Finds a command before it is started, so that a typo is told in words and not by the exit code of a shell.

import { UpstreamError } from "./upstream_error.ts";

/** What is known of a file. */
type Look = "program" | "not_executable" | "absent" | "unknown";

async function look(path: string): Promise<Look> {
  try {
    const info = await Deno.stat(path);
    if (info.isFile && ((info.mode ?? 0o111) & 0o111) !== 0) return "program";
    return "not_executable";
  } catch (error) {
    // without the permission to read there, starting it will tell
    return error instanceof Deno.errors.NotCapable ? "unknown" : "absent";
  }
}

function join(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

function fails(command: string, why: string): UpstreamError {
  return new UpstreamError("command", `cannot start ${JSON.stringify(command)}: ${why}`);
}

/**
 * Finds the program that a command names, as a shell would.
 *
 * @param command A path, or a name to look for.
 * @param path Folders to look in, separated by colons: the child's `PATH`.
 * @param cwd Where relative paths start.
 * @returns A path with a slash in it; or the name itself where looking is not permitted.
 * @throws {UpstreamError} With code `command` when there is no such program or it is not executable.
 */
export async function findCommand(command: string, path: string, cwd: string): Promise<string> {
  if (command === "" || command.startsWith("-") || command.includes("\0")) {
    throw fails(command, "not a command");
  }
  if (command.includes("/")) {
    const found = await look(command.startsWith("/") ? command : join(cwd, command));
    if (found === "absent") throw fails(command, "no such file");
    if (found === "not_executable") throw fails(command, "not an executable file");
    return command;
  }
  let best: Look = "absent";
  for (const folder of path.split(":")) {
    const file = join(folder === "" ? "." : folder, command);
    const found = await look(file.startsWith("/") ? file : join(cwd, file));
    if (found === "program") return file;
    if (found === "unknown" || best === "absent") best = found;
  }
  if (best === "unknown") return command;
  throw fails(
    command,
    best === "absent" ? "no such command in PATH" : "not an executable file in PATH",
  );
}
