// Text to tokens, after the CEL language definition's grammar. Everything is linear and bounded by the text.

import { ExpressionError } from "./ast.ts";

/** One token. */
export interface Token {
  /** What it is; operators and punctuation are their own kind. */
  kind: "name" | "int" | "double" | "string" | "end" | "symbol";
  /** The text of names and symbols, the value of strings, the spelling of numbers. */
  text: string;
  /** UTF-16 offset. */
  at: number;
}

const SYMBOLS = ["==", "!=", "<=", ">=", "&&", "||", ..."<>+-*/%!?:.,()[]{}"];
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * Cuts a text into tokens.
 *
 * @param text The expression.
 * @returns Tokens, the last of kind `end`.
 * @throws {ExpressionError} At the first character that begins no token.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (char === " " || char === "\t" || char === "\n" || char === "\r" || char === "\f") {
      at++;
    } else if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else {
      const token = stringAt(text, at) ?? numberAt(text, at) ?? nameAt(text, at) ??
        symbolAt(text, at);
      tokens.push(token.token);
      at = token.end;
    }
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

type Read = { token: Token; end: number };

function nameAt(text: string, at: number): Read | null {
  const found = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(at, at + 256));
  return found && { token: { kind: "name", text: found[0], at }, end: at + found[0].length };
}

function symbolAt(text: string, at: number): Read {
  const symbol = SYMBOLS.find((s) => text.startsWith(s, at));
  if (symbol !== undefined) {
    return { token: { kind: "symbol", text: symbol, at }, end: at + symbol.length };
  }
  const char = text[at]!;
  const hint: Readonly<Record<string, string>> = {
    "=": "`=` is no operator; `==` compares",
    "&": "`&` is no operator; write `&&`",
    "|": "`|` is no operator; write `||`",
  };
  throw new ExpressionError(hint[char] ?? `${JSON.stringify(char)} has no meaning here`, at);
}

function numberAt(text: string, at: number): Read | null {
  const rest = text.slice(at, at + 400);
  const found = /^0[xX][0-9A-Fa-f]+/.exec(rest) ??
    /^(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/.exec(rest);
  if (found === null) return null;
  const [spelled] = found;
  const end = at + spelled.length;
  const next = text[end] ?? "";
  if (next === "u" || next === "U") {
    throw new ExpressionError("unsigned numbers are not supported; leave the `u` out", end);
  }
  if (/[A-Za-z0-9_]/.test(next)) throw new ExpressionError("a number ends in a letter", end);
  const hex = /^0[xX]/.test(spelled);
  const kind = !hex && /[.eE]/.test(spelled) ? "double" : "int";
  return { token: { kind, text: spelled, at }, end };
}

function stringAt(text: string, at: number): Read | null {
  const prefix = /^[rRbB]{0,2}/.exec(text.slice(at, at + 2))![0];
  const quote = text[at + prefix.length];
  if (quote !== '"' && quote !== "'") return null;
  if (/[bB]/.test(prefix)) throw new ExpressionError("bytes are not supported", at);
  if (prefix.length > 1) throw new ExpressionError("expected one `r` before a raw text", at);
  const raw = prefix !== "";
  const open = at + prefix.length;
  const fence = text.startsWith(quote.repeat(3), open) ? quote.repeat(3) : quote;
  let value = "";
  let i = open + fence.length;
  for (;;) {
    if (i >= text.length || (fence.length === 1 && text[i] === "\n")) {
      throw new ExpressionError("the text is not closed", at);
    }
    if (text.startsWith(fence, i)) break;
    if (text[i] === "\\" && !raw) {
      const escape = escapeAt(text, i);
      value += escape.value;
      i = escape.end;
    } else value += text[i++];
  }
  return { token: { kind: "string", text: value, at }, end: i + fence.length };
}

function escapeAt(text: string, at: number): { value: string; end: number } {
  const char = text[at + 1] ?? "";
  if ("\\?\"'`".includes(char) && char !== "") return { value: char, end: at + 2 };
  if (Object.hasOwn(ESCAPES, char)) return { value: ESCAPES[char]!, end: at + 2 };
  const found = /^(?:[xX]([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-3][0-7]{2}))/
    .exec(
      text.slice(at + 1, at + 10),
    );
  if (found === null) throw new ExpressionError("this escape has no meaning", at);
  const [whole, byte, short, long, octal] = found;
  const code = octal !== undefined ? parseInt(octal, 8) : parseInt(byte ?? short ?? long!, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new ExpressionError("this escape names no character", at);
  }
  return { value: String.fromCodePoint(code), end: at + 1 + whole.length };
}
