// What a client would act on by itself when it shows or prepares what a server lists: pictures, links, and headers that
// are made from arguments.

import { JsonObject, type JsonValue } from "./value.ts";

/** Pictures inside the text itself; SVG is left out, since it can hold scripts (MCP 2025-11-25, basic, icons). */
const DATA_IMAGE = /^data:image\/(?:png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/=]*$/;
/** An address with a plain host and perhaps a port; no user, no number in brackets. */
const SECURE = /^https:\/\/([A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?(?:[/?#]|$)/;
/** The last label of a name that is no number. */
const TOP = /^[A-Za-z][A-Za-z0-9-]{1,62}$/;
/** A name that a header may have (RFC 9110, 5.1). */
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/** Lists in results whose items carry pictures. */
const LISTS = ["tools", "resources", "resourceTemplates", "prompts"];
/** Properties of one schema that are looked at. */
const MAX_PROPERTIES = 4096;

/** What {@linkcode cleanListed} took out. */
export type Cleaned = "mcp.icon_stripped" | "mcp.x_mcp_header";

/** Whether an address is encrypted and of a public name: no number, and no name without a dot. */
function isPublic(address: string): boolean {
  const labels = (SECURE.exec(address)?.[1] ?? "").split(".");
  return labels.length > 1 && labels.every((label) => label !== "") && TOP.test(labels.at(-1)!);
}

/** Whether a picture or page is one that a client may fetch or show. */
function isFit(address: JsonValue | undefined, picture: boolean): boolean {
  return typeof address === "string" &&
    (isPublic(address) || (picture && DATA_IMAGE.test(address)));
}

/** Takes out of one description what a client should not fetch. */
function cleanLinks(holder: JsonValue | undefined): boolean {
  if (!(holder instanceof JsonObject)) return false;
  let changed = false;
  const icons = holder.get("icons");
  if (Array.isArray(icons)) {
    const fit = icons.filter((icon) => icon instanceof JsonObject && isFit(icon.get("src"), true));
    if (fit.length < icons.length) {
      changed = true;
      icons.splice(0, icons.length, ...fit);
    }
  }
  if (holder.has("websiteUrl") && !isFit(holder.get("websiteUrl"), false)) {
    holder.delete("websiteUrl");
    changed = true;
  }
  return changed;
}

/** Whether every `x-mcp-header` of a tool could be a header, and no two the same one. */
function hasFitHeaders(tool: JsonValue): boolean {
  if (!(tool instanceof JsonObject)) return true;
  const names = new Set<string>();
  const open: (JsonValue | undefined)[] = [tool.get("inputSchema")];
  let looked = 0;
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    const properties = schema instanceof JsonObject ? schema.get("properties") : undefined;
    if (!(properties instanceof JsonObject)) continue;
    for (const property of properties.values) {
      if (++looked > MAX_PROPERTIES) return true;
      if (!(property instanceof JsonObject)) continue;
      const header = property.get("x-mcp-header");
      if (header !== undefined) {
        if (typeof header !== "string" || !HEADER.test(header)) return false;
        const folded = header.toLowerCase();
        if (names.has(folded)) return false;
        names.add(folded);
      }
      open.push(property);
    }
  }
  return true;
}

/**
 * Takes out of a result what clients would fetch, show or put into headers without asking: pictures that are scripts,
 * local files or private and unencrypted addresses; links of that kind; and, for clients of the 2026-07-28 revision,
 * tools whose `x-mcp-header` is no header, which such clients must leave out themselves.
 *
 * @param result The result; changed.
 * @param modern Whether the client is of the 2026-07-28 era.
 * @returns What was taken out, or null.
 */
export function cleanListed(result: JsonValue | undefined, modern: boolean): Cleaned | null {
  if (!(result instanceof JsonObject)) return null;
  let cleaned: Cleaned | null = cleanLinks(result.get("serverInfo")) ? "mcp.icon_stripped" : null;
  for (const name of LISTS) {
    const items = result.get(name);
    if (!Array.isArray(items)) continue;
    for (const item of items) if (cleanLinks(item)) cleaned = "mcp.icon_stripped";
    if (name !== "tools" || !modern) continue;
    const fit = items.filter(hasFitHeaders);
    if (fit.length === items.length) continue;
    items.splice(0, items.length, ...fit);
    cleaned = "mcp.x_mcp_header";
  }
  return cleaned;
}
