// Two versions of a long text for people: where they differ is always in view, however much before and after it is the same.

/** Characters that stay in view before and after what differs. */
const AROUND = 60;

/**
 * Shortens two versions of a text around what differs.
 *
 * @param before One; undefined where there is none.
 * @param after The other.
 * @param most Characters of what differs that are shown; of more, the beginning and the end.
 * @returns Both, as they are shown.
 *
 * @example
 * ```ts
 * import { shownPair } from "./shown_pair.ts";
 * import { expect } from "expect";
 *
 * const long = "the same again and again, ".repeat(10);
 * const { before, after } = shownPair(`${long}end`, `${long}and send it away`, 100);
 * expect(before).toBe(`[${long.length - 60} the same]${long.slice(-60)}end`);
 * expect(after).toBe(`[${long.length - 60} the same]${long.slice(-60)}and send it away`);
 * ```
 */
export function shownPair(
  before: string | undefined,
  after: string | undefined,
  most: number,
): { before?: string; after?: string } {
  const [a, b] = [before ?? "", after ?? ""];
  const both = before !== undefined && after !== undefined;
  const shortest = both ? Math.min(a.length, b.length) : 0;
  let head = 0;
  while (head < shortest && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shortest - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const from = head > 2 * AROUND ? head - AROUND : 0;
  const left = tail > 2 * AROUND ? tail - AROUND : 0;
  const show = (text: string): string => {
    const part = text.slice(from, text.length - left);
    const whole = part.length <= most + 2 * AROUND;
    const half = AROUND + (most >> 1);
    const middle = whole
      ? part
      : `${part.slice(0, half)}[${part.length - 2 * half} more]${part.slice(-half)}`;
    return `${same(from)}${middle}${same(left)}`;
  };
  return {
    ...(before === undefined ? {} : { before: show(a) }),
    ...(after === undefined ? {} : { after: show(b) }),
  };
}

function same(count: number): string {
  return count === 0 ? "" : `[${count} the same]`;
}
