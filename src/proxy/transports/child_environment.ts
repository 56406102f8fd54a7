// What a child may see of the environment: a short list that programs cannot do without, and what the operator names.

/**
 * Variables that every child gets, where they are set: who runs it, where it finds programs and room for files, how
 * to write text. Nothing in here is a secret, and no proxy or certificate variable, since those may carry credentials.
 */
export const DEFAULT_VARIABLES: readonly string[] = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR"],
  ...["LANG", "LC_ALL", "LC_CTYPE", "TZ", "TERM"],
];

/** The same for Windows, where programs do not start without most of these. */
export const WINDOWS_VARIABLES: readonly string[] = [
  ...["PATH", "PATHEXT", "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "TEMP", "TMP"],
  ...["USERNAME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA"],
  ...["PROGRAMDATA", "PROGRAMFILES", "PROCESSOR_ARCHITECTURE"],
];

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Builds a child's environment.
 *
 * @param named `NAME` passes a variable on, which must be set; `NAME=VALUE` sets one.
 * @param read Reads the guard's own environment.
 * @param defaults Names that pass without being named.
 * @returns Variables of the child, all of them.
 * @throws {TypeError} For a name that is no name, a variable that is not set, or a NUL in a value; never with a value.
 *
 * @example Nothing passes that is not named
 * ```ts
 * import { childEnvironment } from "./child_environment.ts";
 * import { expect } from "expect";
 *
 * const guard = new Map([["PATH", "/bin"], ["API_KEY", "k"], ["AUDIT_KEY", "secret"]]);
 * expect(childEnvironment(["API_KEY", "MODE=ro"], (name) => guard.get(name)))
 *   .toEqual({ PATH: "/bin", API_KEY: "k", MODE: "ro" });
 * ```
 */
export function childEnvironment(
  named: readonly string[],
  read: (name: string) => string | undefined,
  defaults: readonly string[] = DEFAULT_VARIABLES,
): Record<string, string> {
  const env = new Map<string, string>();
  for (const name of defaults) {
    const value = read(name);
    // old shells keep functions in variables: those are code
    if (value !== undefined && !value.startsWith("()")) env.set(name, value);
  }
  for (const entry of named) {
    const split = entry.indexOf("=");
    const name = split < 0 ? entry : entry.slice(0, split);
    if (!NAME.test(name)) {
      throw new TypeError(
        `Cannot pass on environment variable ${JSON.stringify(name)}: no valid name`,
      );
    }
    const value = split < 0 ? read(name) : entry.slice(split + 1);
    if (value === undefined) {
      throw new TypeError(`Cannot pass on environment variable ${name}: it is not set`);
    }
    if (value.includes("\0")) {
      throw new TypeError(`Cannot set environment variable ${name}: NUL in it`);
    }
    env.set(name, value);
  }
  return Object.fromEntries(env);
}
