// Names and URIs, matched naively: backtracking RegExps, no index, no cleverness.

/** `file://**` and `file:///**` say the same. */
export function spelledOut(pattern: string): string {
  return pattern.replace(/^file:\/\/\*\*/, "file:///**");
}

/** Allow: exact, but `/` and `.` are alike. */
export function nameAllowed(pattern: string, name: string): boolean {
  const dots = (text: string): string => text.split("/").join(".");
  return wildcard(dots(pattern)).test(dots(name));
}

/** Deny: every run of separators is one, case is gone, and any namespace in front may be left out. */
export function nameDenied(pattern: string, name: string): boolean {
  const folded = (text: string): string => text.toLowerCase().replace(/[/.:_-]+/g, "_");
  const regex = wildcard(folded(pattern));
  const suffixes = [name];
  for (const match of name.matchAll(/__|[/.:]/g)) {
    suffixes.push(name.slice(match.index + match[0].length));
  }
  return suffixes.some((suffix) => regex.test(folded(suffix)));
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) =>
    [...part].map((c) => c === "?" ? "." : escape(c)).join("")
  );
  return new RegExp(`^${parts.join(".*")}$`, "su");
}

/** `file:` URIs only: percent-decoding, then dot segments one by one. */
export function naiveCanonical(uri: string): string {
  const stack: string[] = [];
  const segments = decodeURIComponent(uri.slice("file://".length)).split("/").slice(1);
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === "..") {
      stack.pop();
      if (last) stack.push("");
    } else if (segment === ".") {
      if (last) stack.push("");
    } else stack.push(segment);
  });
  return `file:///${stack.join("/")}`;
}

export function uriDenied(pattern: string, uri: string): boolean {
  const bare = uri.length > "file:///".length ? uri.replace(/\/$/, "") : uri;
  return [uri, bare].some((text) => uriRegex(spelledOut(pattern), "i").test(text));
}

/** `**` is any run of whole segments, also none; a lone `*` is a segment of at least one character. */
export function uriRegex(pattern: string, flags: string): RegExp {
  const segments = pattern.slice("file://".length).split("/").slice(1);
  let source = "";
  segments.forEach((segment, i) => {
    if (segment === "**") {
      source += i === segments.length - 1 ? "(?:/.*)?" : "(?:/[^/]*)*";
    } else {
      const one = segment === "*"
        ? "[^/]+"
        : [...segment].map((c) => c === "*" ? "[^/]*" : c === "?" ? "[^/]" : escape(c)).join("");
      source += `/${one}`;
    }
  });
  return new RegExp(`^file://${source}$`, `su${flags}`);
}

function escape(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}
