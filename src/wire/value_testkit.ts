// Counts what indexes of objects cost, where time must not be measured.

/**
 * How often maps were written to.
 *
 * @param run What writes to them.
 * @returns The number of entries set meanwhile, by whomever.
 */
export function mapWrites(run: () => void): number {
  const { set } = Map.prototype;
  let sets = 0;
  Map.prototype.set = function (...entry): Map<unknown, unknown> {
    sets++;
    return set.apply(this, entry);
  };
  try {
    run();
  } finally {
    Map.prototype.set = set;
  }
  return sets;
}
