// Types of expressions, as far as they are known when a policy is loaded; what arguments hold is known only later.

/** A type. */
export type Type =
  | { kind: "dyn" | "null" | "bool" | "int" | "double" | "string" | "timestamp" | "duration" }
  | { kind: "list"; item: Type }
  | { kind: "map"; key: Type; value: Type }
  | { kind: "object"; name: string; fields: ReadonlyMap<string, Type> };

const plain = <K extends Exclude<Type["kind"], "list" | "map" | "object">>(kind: K): Type => ({
  kind,
});

/** Known only when a message is there. */
export const DYN = plain("dyn");
/** `null`. */
export const NULL = plain("null");
/** `true` and `false`. */
export const BOOL = plain("bool");
/** A 64-bit integer. */
export const INT = plain("int");
/** A double. */
export const DOUBLE = plain("double");
/** A text. */
export const STRING = plain("string");
/** A point in time. */
export const TIMESTAMP = plain("timestamp");
/** A span of time. */
export const DURATION = plain("duration");

/** A list's type. */
export function listOf(item: Type): Type {
  return { kind: "list", item };
}

/** A map's type; keys are texts but in maps that the expression itself makes. */
export function mapOf(value: Type, key: Type = STRING): Type {
  return { kind: "map", key, value };
}

/** A type with fixed fields. */
export function objectOf(name: string, fields: Readonly<Record<string, Type>>): Type {
  return { kind: "object", name, fields: new Map(Object.entries(fields)) };
}

/** A type in words. */
export function typeWords(type: Type): string {
  if (type.kind === "list") return `list(${typeWords(type.item)})`;
  if (type.kind === "map") return `map(${typeWords(type.key)}, ${typeWords(type.value)})`;
  return type.kind === "object" ? type.name : type.kind;
}

/** Whether a type is a number's, or may be. */
export function mayBeNumber({ kind }: Type): boolean {
  return kind === "int" || kind === "double" || kind === "dyn";
}

/**
 * Whether a value of one type may stand where another is wanted.
 *
 * @param have What is there.
 * @param want What is wanted.
 * @returns False only where it never can.
 */
export function fits(have: Type, want: Type): boolean {
  if (have.kind === "dyn" || want.kind === "dyn") return true;
  if (have.kind === "list" && want.kind === "list") return fits(have.item, want.item);
  if (have.kind === "map" && want.kind === "map") {
    return fits(have.key, want.key) && fits(have.value, want.value);
  }
  if (have.kind === "object" && want.kind === "map") return true;
  if (have.kind === "object" && want.kind === "object") return have.name === want.name;
  return have.kind === want.kind;
}

/** Whether values of two types may ever be equal: the same, or both numbers; `null` may always be asked for. */
export function comparable(a: Type, b: Type): boolean {
  return a.kind === "null" || b.kind === "null" || fits(a, b) || fits(b, a) ||
    (mayBeNumber(a) && mayBeNumber(b));
}

/** The type of two branches. */
export function either(a: Type, b: Type): Type {
  if (a.kind === "list" && b.kind === "list") return listOf(either(a.item, b.item));
  return a.kind !== "dyn" && fits(a, b) && fits(b, a) && b.kind !== "dyn" ? a : DYN;
}
