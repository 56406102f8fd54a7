// Remembers what was said about the last names: a server has few tools, and clients ask for them again and again.

/** Names kept for one list; when they are too many, all are forgotten. */
const MAX_NAMES = 256;
/** Longer names are judged anew each time. */
const MAX_LENGTH = 128;

/**
 * Makes a judgement of names that remembers its answers.
 *
 * @param judge A pure function of the name.
 * @returns The same function; it keeps at most 256 names of at most 128 UTF-16 units.
 */
export function remembering<T>(judge: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    if (name.length > MAX_LENGTH) return judge(name);
    const before = known.get(name);
    if (before !== undefined) return before;
    const answer = judge(name);
    if (known.size >= MAX_NAMES) known.clear();
    // A name cut out of a message would keep the whole message alive; a parsed one is a copy.
    known.set(JSON.parse(JSON.stringify(name)), answer);
    return answer;
  };
}
