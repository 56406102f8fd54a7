// What a request's head must say before its body is looked at: media types, and the protocol version.

/** The revision that has neither sessions nor streams of its own. */
export const MODERN = "2026-07-28";

/** The revisions that have sessions. */
export const LEGACY: readonly string[] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/** Whether a revision is one that the guard can judge. */
export function isKnownVersion(version: string): boolean {
  return version === MODERN || LEGACY.includes(version);
}

/** The first revision whose clients understand a primer event. */
const PRIMER = "2025-11-25";

/**
 * Says whether a body is JSON as we read it: nothing but `application/json`, in no charset but UTF-8.
 *
 * @param value The Content-Type header, or null.
 */
export function isJson(value: string | null): boolean {
  const [type, ...parameters] = (value ?? "").split(";").map((part) => part.trim().toLowerCase());
  return type === "application/json" &&
    parameters.every((one) => /^charset="?utf-8"?$/.test(one));
}

/**
 * Says whether a client takes a media type.
 *
 * @param value The Accept header, or null: everything is taken.
 * @param type The type, lower case, e.g. `text/event-stream`.
 */
export function accepts(value: string | null, type: string): boolean {
  if (value === null) return true;
  const wanted = [type, `${type.slice(0, type.indexOf("/"))}/*`, "*/*"];
  return value.toLowerCase().split(",").some((range) => {
    const [name, ...parameters] = range.split(";").map((part) => part.trim());
    return wanted.includes(name!) && !parameters.some((one) => /^q=0(?:\.0{0,3})?$/.test(one));
  });
}

/** Whether clients that name this revision understand an event that holds only an id. */
export function takesPrimer(version: string | null): boolean {
  return version === PRIMER;
}
