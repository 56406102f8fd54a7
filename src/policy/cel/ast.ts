// The syntax tree of an expression (CEL, https://github.com/google/cel-spec), and the error that names a place in it.

/** An expression that does not parse or does not check. */
export class ExpressionError extends Error {
  /** The class name, stable across bundling. */
  override name = "ExpressionError";
  /** UTF-16 offset in the expression's text. */
  readonly offset: number;
  /** The nearest valid spelling, where there is one. */
  readonly suggestion: string | undefined;

  /**
   * Names the trouble and its place.
   *
   * @param message What is wrong, and what was expected.
   * @param offset UTF-16 offset in the expression's text.
   * @param suggestion The nearest valid spelling.
   */
  constructor(message: string, offset: number, suggestion?: string) {
    super(message);
    this.offset = offset;
    this.suggestion = suggestion;
  }
}

/** Operators with two operands that are neither `&&` nor `||`. */
export type BinaryOperator =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%";

/** A node and where it stands. */
export type Node =
  & {
    /** UTF-16 offset in the expression's text. */
    at: number;
  }
  & (
    | { kind: "constant"; value: null | boolean | string | bigint | number }
    | { kind: "name"; name: string }
    | { kind: "select"; of: Node; field: string }
    | { kind: "index"; of: Node; index: Node }
    | { kind: "call"; name: string; target: Node | null; args: Node[] }
    | { kind: "not" | "negate"; of: Node }
    | { kind: "binary"; operator: BinaryOperator; left: Node; right: Node }
    | { kind: "and" | "or"; left: Node; right: Node }
    | { kind: "choose"; test: Node; yes: Node; no: Node }
    | { kind: "list"; items: Node[] }
    | { kind: "map"; entries: { key: Node; value: Node }[] }
  );
