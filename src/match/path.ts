// Paths of URIs: dot segments, encoded separators, aliases of the kernel. What two readers could read in two
// ways is refused, not repaired.

import { UriError } from "./errors.ts";
import { foldText } from "./fold.ts";
import { type Decoded, decodeOnce, normalizePercent } from "./percent.ts";

/** How a scheme's paths are treated: see {@link canonicalPath}. */
export type PathKind = "file" | "web" | "own";

/** Rounds of decoding that a path may take; a path that still changes then is refused. */
const MAX_ROUNDS = 3;
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/**
 * Brings a path into its canonical form.
 *
 * - `file`: dot segments resolved, no encoded slashes, no empty segments, no kernel aliases.
 * - `web`: dot segments resolved; `%2F` stays as it is and counts as a separator for dot segments.
 * - `own` (schemes of servers' own, and opaque ones): left as it is; dot segments and `%2E %2F` are refused.
 *
 * @param raw The path as written.
 * @param kind How it is treated.
 * @returns The path, percent-encoded.
 * @throws {UriError} `uri.percent`, `uri.encoding`, `uri.encoding_depth`, `uri.character`, `uri.segments`, `uri.alias`.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4
 */
export function canonicalPath(raw: string, kind: PathKind): string {
  if (raw.includes("\\")) throw new UriError("uri.encoding", "the path holds a backslash");
  if (kind === "own" && /%2e/i.test(raw)) {
    throw new UriError("uri.encoding", "the path holds an encoded dot");
  }
  const path = normalizePercent(raw);
  checkEncoding(path, kind);
  const segments = path.split("/");
  checkSegments(path, kind);
  if (kind === "own") return path;
  const resolved = removeDots(segments, kind === "file");
  if (kind === "file") checkFile(resolved);
  else checkBetween(resolved);
  return resolved;
}

/** Refuses encodings that hide separators, dots or controls, in any round of decoding. */
function checkEncoding(path: string, kind: PathKind): void {
  if (path.includes("%5C")) {
    throw new UriError("uri.encoding", "the path holds an encoded backslash");
  }
  if (kind !== "web" && path.includes("%2F")) {
    throw new UriError("uri.encoding", "the path holds an encoded slash");
  }
  // Without escapes it is plain ASCII here, and nothing can be hidden.
  if (!path.includes("%")) return;
  let before = path;
  for (let round = 1;; round++) {
    const { text, invalid, overlong }: Decoded = decodeOnce(before);
    if (overlong) throw new UriError("uri.encoding", "the path holds over-long UTF-8");
    if (invalid && round === 1) {
      throw new UriError("uri.percent", "the path's escapes are not UTF-8");
    }
    if (CONTROL.test(text)) {
      throw new UriError("uri.character", "the path holds a control character");
    }
    if (text === before) return;
    if (round > MAX_ROUNDS) {
      throw new UriError("uri.encoding_depth", "the path is encoded more than three times");
    }
    if (round > 1 && separators(text) > separators(before)) {
      throw new UriError("uri.encoding", "the path holds a dot or slash that is encoded twice");
    }
    if (separators(text.normalize("NFKC"), true) > separators(text, true)) {
      throw new UriError("uri.encoding", "the path holds a Unicode form of a dot or slash");
    }
    before = text;
  }
}

/** How many characters of a text separate or climb; dots only as one-dot and two-dot forms when `forms`. */
function separators(text: string, forms = false): number {
  const count = occurrences(text, forms ? /[/\\]/g : /[/\\.]/g);
  // An ellipsis or a numbered list mark in a file name is no path syntax, a fullwidth dot is.
  return forms ? count - occurrences(text, /[\u2024\u2025\ufe52\uff0e]/g) : count;
}

function occurrences(text: string, of: RegExp): number {
  return text.match(of)?.length ?? 0;
}

/** Refuses dot segments where they are not resolved, and segments that some readers take for dot segments. */
function checkSegments(path: string, kind: PathKind): void {
  const { text } = decodeOnce(path);
  for (const segment of text.split(/[/\\]/)) {
    const dots = segment === "." || segment === "..";
    if (dots && kind === "own") {
      throw new UriError(
        "uri.segments",
        "the path holds dot segments, which this scheme does not resolve",
      );
    }
    if (dots || !/^[.\s]*\.[.\s]*(?:;|$)/.test(segment)) continue;
    const bare = segment.split(";")[0]!.trim();
    if (bare === "." || bare === "..") {
      throw new UriError("uri.segments", "the path holds a dot segment with parameters or spaces");
    }
  }
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return;
  const climbs = (t: string): number =>
    t.split(/[/\\]/).filter((s) => s === "." || s === "..").length;
  if (climbs(foldText(text)) > climbs(text)) {
    throw new UriError(
      "uri.encoding",
      "the path holds lookalikes of dots and slashes that form dot segments",
    );
  }
}

/** Refuses dot segments that only encoded slashes set apart; those between plain ones are gone. */
function checkBetween(resolved: string): void {
  if (!resolved.includes("%2F")) return;
  if (/(?:^|\/)\.\.?(?:\/|$)/.test(decodeOnce(resolved).text)) {
    throw new UriError("uri.encoding", "the path holds dot segments between encoded slashes");
  }
}

/** Resolves dot segments; a drive letter is never climbed over. */
function removeDots(segments: readonly string[], file: boolean): string {
  const out: string[] = [];
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === "." || segment === "..") {
      const floor = file && isDrive(out[1] ?? "") ? 2 : 1;
      if (segment === ".." && out.length > floor) out.pop();
      if (last) out.push("");
    } else {
      // The first one that stays: dot segments before it come to nothing, and it is a drive all the same.
      const drive = file && out.length === 1 && isDrive(segment);
      out.push(drive ? segment[0]!.toUpperCase() + ":" : segment);
    }
  });
  return out.join("/");
}

/** Whether a segment is a Windows drive: `C:`, `C|`, or with the colon encoded. */
function isDrive(segment: string): boolean {
  return /^[A-Za-z](?::|%3A|%7C)$/.test(segment);
}

/** Refuses what has a second name in the file system: empty segments, procfs links, device files. */
function checkFile(path: string): void {
  if (path.slice(1, -1).includes("//") || path.startsWith("//") || (path.endsWith("//"))) {
    throw new UriError("uri.segments", "the path of a file URI holds an empty segment");
  }
  const segments = foldText(decodeOnce(path).text).split("/").filter((s) => s !== "");
  const [first, second] = segments;
  const procfs = first === "proc" && segments.length > 2;
  if (procfs && segments.slice(2).some((s) => ["root", "cwd", "fd", "map_files"].includes(s))) {
    throw new UriError("uri.alias", "the path goes through a link of procfs");
  }
  if ((first === "dev" && second === "fd" && segments.length > 2) || first === "??") {
    throw new UriError("uri.alias", "the path goes through a device that stands for other files");
  }
}
