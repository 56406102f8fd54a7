// Credentials of a library call, in the form that a transport hands over.

import type { Credentials } from "../guard/ports.ts";

/**
 * Makes credentials for a library call, as if they had come in headers.
 *
 * @param from A key, a token, or both.
 * @returns Credentials for {@linkcode Authenticator.authenticate}.
 * @example
 * ```ts
 * import { credentialsFrom } from "./credentials.ts";
 * import { expect } from "expect";
 *
 * expect(credentialsFrom({ apiKey: "demo-key" }).headers).toEqual([["X-API-Key", "demo-key"]]);
 * ```
 */
export function credentialsFrom(from: { apiKey?: string; bearer?: string }): Credentials {
  const headers: [string, string][] = [];
  if (from.apiKey !== undefined) headers.push(["X-API-Key", from.apiKey]);
  if (from.bearer !== undefined) headers.push(["Authorization", `Bearer ${from.bearer}`]);
  return { headers };
}
