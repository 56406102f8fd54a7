// The two errors of the match room: a pattern that cannot be compiled, a URI that must not be passed on.

/** A pattern, or a list of patterns, could not be compiled. The message says what to write instead. */
export class PatternError extends Error {
  /** The class name, stable across bundling. */
  override name = "PatternError";
  /** Where in the pattern the trouble begins, in UTF-16 units from 0. */
  readonly offset: number;
  /** Which pattern of a list is meant, from 0; 0 for a single pattern. */
  readonly index: number;

  /**
   * Names the trouble and its place.
   *
   * @param message What is wrong with the pattern and what to write instead.
   * @param offset Where in the pattern, in UTF-16 units from 0.
   * @param index Which pattern of the list, from 0.
   */
  constructor(message: string, offset = 0, index = 0) {
    super(message);
    this.offset = offset;
    this.index = index;
  }
}

/** Why a URI was refused; stable codes that go into the audit. */
export type UriCode =
  | "uri.length"
  | "uri.character"
  | "uri.scheme"
  | "uri.percent"
  | "uri.encoding"
  | "uri.encoding_depth"
  | "uri.segments"
  | "uri.host"
  | "uri.userinfo"
  | "uri.port"
  | "uri.alias"
  | "uri.template";

/** A URI has no safe canonical form and is refused. */
export class UriError extends Error {
  /** The class name, stable across bundling. */
  override name = "UriError";
  /** Why, as a stable code. */
  readonly code: UriCode;

  /**
   * Names the trouble.
   *
   * @param code Why, as a stable code.
   * @param message Why, for people; never quotes the URI.
   */
  constructor(code: UriCode, message: string) {
    super(message);
    this.code = code;
  }
}
