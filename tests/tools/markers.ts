// Generated parts inside a Markdown text: everything between `<!-- generated: NAME ARGUMENT -->` and
// `<!-- /generated -->` is replaced by what the generator of that name makes.

/** Makes the text of one generated part. */
export type Generators = Readonly<Record<string, (argument: string) => Promise<string>>>;

const PART = /^<!-- generated: ([a-z-]+)(?: ([a-z -]+))? -->$/;
const END = "<!-- /generated -->";

/**
 * Replaces every generated part of a text.
 *
 * @param text Markdown with markers.
 * @param generators What makes each part, by name.
 * @returns The text with fresh parts.
 * @throws {Error} When a marker names no generator or is not closed.
 */
export async function regenerate(text: string, generators: Generators): Promise<string> {
  const out: string[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    out.push(lines[i]!);
    const found = PART.exec(lines[i]!);
    if (found === null) continue;
    const [, name, argument] = found;
    if (!Object.hasOwn(generators, name!)) throw new Error(`no generator is called "${name}"`);
    const end = lines.indexOf(END, i);
    if (end < 0) throw new Error(`the part "${name}" in line ${i + 1} is not closed by ${END}`);
    out.push("", (await generators[name!]!(argument ?? "")).trim(), "", END);
    i = end;
  }
  return out.join("\n");
}
