// Tokens to a syntax tree, by recursive descent in the order of CEL's precedence. Size and depth are capped.

import { type BinaryOperator, ExpressionError, type Node } from "./ast.ts";
import { type Token, tokensOf } from "./lexer.ts";

/** Longest expression, in UTF-16 units. */
export const MAX_EXPRESSION = 4096;
/** Most nodes of one expression. */
const MAX_NODES = 500;
/** Deepest nesting of one expression. */
const MAX_DEPTH = 40;

/** Words that CEL keeps for itself and its hosts. */
const RESERVED: ReadonlySet<string> = new Set(
  ("as break const continue else false for function if import in let loop namespace null " +
    "package return true var void while").split(" "),
);
const RELATIONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "in"]);
const INT_MAX = 2n ** 63n;

/**
 * Parses one expression.
 *
 * @param text The expression, at most 4,096 UTF-16 units.
 * @returns Its syntax tree.
 * @throws {ExpressionError} With the place of what is wrong.
 */
export function parseExpression(text: string): Node {
  if (text.length > MAX_EXPRESSION) {
    throw new ExpressionError(`longer than ${MAX_EXPRESSION} characters`, MAX_EXPRESSION);
  }
  return new Parser(tokensOf(text)).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #nodes = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const node = this.#expression();
    const left = this.#peek();
    if (left.kind !== "end") throw unexpected(left, "an operator or the end");
    return node;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    return this.#tokens[this.#next++]!;
  }

  /** Takes a symbol (or the word `in`) when it is the next token. */
  #maybe(symbol: string): Token | null {
    const token = this.#peek();
    const fits = token.text === symbol && (token.kind === "symbol" || token.kind === "name");
    return fits ? this.#take() : null;
  }

  #expect(symbol: string): Token {
    const token = this.#maybe(symbol);
    if (token === null) throw unexpected(this.#peek(), `\`${symbol}\``);
    return token;
  }

  #node<N extends Node>(node: N): N {
    if (++this.#nodes > MAX_NODES) {
      throw new ExpressionError(`larger than ${MAX_NODES} operations; write two rules`, node.at);
    }
    return node;
  }

  #deeper<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) {
      throw new ExpressionError(`nested more than ${MAX_DEPTH} levels deep`, this.#peek().at);
    }
    const node = parse();
    this.#depth--;
    return node;
  }

  #expression(): Node {
    return this.#deeper(() => {
      const test = this.#or();
      const mark = this.#maybe("?");
      if (mark === null) return test;
      const yes = this.#deeper(() => this.#or());
      this.#expect(":");
      const no = this.#expression();
      return this.#node({ kind: "choose", at: mark.at, test, yes, no });
    });
  }

  #or(): Node {
    let left = this.#and();
    for (let mark = this.#maybe("||"); mark !== null; mark = this.#maybe("||")) {
      left = this.#node({ kind: "or", at: mark.at, left, right: this.#and() });
    }
    return left;
  }

  #and(): Node {
    let left = this.#relation();
    for (let mark = this.#maybe("&&"); mark !== null; mark = this.#maybe("&&")) {
      left = this.#node({ kind: "and", at: mark.at, left, right: this.#relation() });
    }
    return left;
  }

  #relation(): Node {
    return this.#leftToRight(RELATIONS, () => this.#sum());
  }

  #sum(): Node {
    return this.#leftToRight(new Set(["+", "-"]), () => this.#product());
  }

  #product(): Node {
    return this.#leftToRight(new Set(["*", "/", "%"]), () => this.#unary());
  }

  #leftToRight(operators: ReadonlySet<string>, operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const { kind, text, at } = this.#peek();
      if (!operators.has(text) || (kind !== "symbol" && text !== "in") || kind === "string") {
        return left;
      }
      this.#take();
      const operator = text as BinaryOperator;
      left = this.#node({ kind: "binary", at, operator, left, right: operand() });
    }
  }

  #unary(): Node {
    const mark = this.#maybe("!") ?? this.#maybe("-");
    if (mark === null) return this.#member();
    if (mark.text === "-" && this.#peek().kind === "int") {
      // The least number has no positive counterpart.
      const token = this.#peek();
      if (BigInt(token.text) === INT_MAX) {
        this.#take();
        return this.#node({ kind: "constant", at: mark.at, value: -INT_MAX });
      }
    }
    const of = this.#deeper(() => this.#unary());
    return this.#node({ kind: mark.text === "!" ? "not" : "negate", at: mark.at, of });
  }

  #member(): Node {
    let node = this.#primary();
    for (;;) {
      const dot = this.#maybe(".");
      if (dot !== null) {
        const name = this.#take();
        if (name.kind !== "name") throw unexpected(name, "a name");
        if (this.#maybe("(") !== null) {
          const args = this.#list(")");
          node = this.#node({ kind: "call", at: name.at, name: name.text, target: node, args });
        } else {
          node = this.#node({ kind: "select", at: name.at, of: node, field: name.text });
        }
        continue;
      }
      const bracket = this.#maybe("[");
      if (bracket === null) return node;
      const index = this.#expression();
      this.#expect("]");
      node = this.#node({ kind: "index", at: bracket.at, of: node, index });
    }
  }

  #primary(): Node {
    const token = this.#take();
    const { kind, text, at } = token;
    if (kind === "int") return this.#node({ kind: "constant", at, value: intOf(token) });
    if (kind === "double") return this.#node({ kind: "constant", at, value: doubleOf(token) });
    if (kind === "string") return this.#node({ kind: "constant", at, value: text });
    if (kind === "name") return this.#named(token);
    if (text === "(") {
      const node = this.#expression();
      this.#expect(")");
      return node;
    }
    if (text === "[") return this.#node({ kind: "list", at, items: this.#list("]") });
    if (text === "{") return this.#map(at);
    throw unexpected(token, "a value");
  }

  #named(token: Token): Node {
    const { text, at } = token;
    if (text === "true" || text === "false") {
      return this.#node({ kind: "constant", at, value: text === "true" });
    }
    if (text === "null") return this.#node({ kind: "constant", at, value: null });
    if (RESERVED.has(text)) throw unexpected(token, "a value");
    if (this.#maybe("(") === null) return this.#node({ kind: "name", at, name: text });
    return this.#node({ kind: "call", at, name: text, target: null, args: this.#list(")") });
  }

  /** Expressions up to a closing bracket; a comma may stand at the end. */
  #list(close: string): Node[] {
    const items: Node[] = [];
    while (this.#maybe(close) === null) {
      items.push(this.#expression());
      if (this.#maybe(",") !== null) continue;
      this.#expect(close);
      break;
    }
    return items;
  }

  #map(at: number): Node {
    const entries: { key: Node; value: Node }[] = [];
    while (this.#maybe("}") === null) {
      const key = this.#expression();
      this.#expect(":");
      entries.push({ key, value: this.#expression() });
      if (this.#maybe(",") !== null) continue;
      this.#expect("}");
      break;
    }
    return this.#node({ kind: "map", at, entries });
  }
}

function intOf({ text, at }: Token): bigint {
  const value = BigInt(text);
  if (value >= INT_MAX) throw new ExpressionError("an integer beyond 64 bits", at);
  return value;
}

function doubleOf({ text, at }: Token): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ExpressionError("a number beyond double precision", at);
  return value;
}

function unexpected({ kind, text, at }: Token, expected: string): ExpressionError {
  const found = kind === "end"
    ? "the end"
    : kind === "string"
    ? "a text"
    : RESERVED.has(text)
    ? `the reserved word \`${text}\``
    : `\`${text.slice(0, 40)}\``;
  return new ExpressionError(`expected ${expected}, found ${found}`, at);
}
