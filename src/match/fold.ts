// The skeleton of a name: what is left when case, compatibility forms and separators are taken away.

/**
 * Folds a name to the skeleton that deny patterns see.
 *
 * @param name Any name.
 * @returns The skeleton.
 */
export function foldName(name: string): string {
  return name.normalize("NFKC").replace(/\p{Cf}/gu, "").trim().toLowerCase().replace(
    /[/.:_\-\\]+/g,
    "_",
  );
}
