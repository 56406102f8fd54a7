// The little language of the inspection table: what a string at a place of a message is, and how its members are read.
// Whatever a shape does not name is read as free text, so that an unknown member is never an unseen one.

import { foldKey } from "./fold.ts";
import type { ListUse, Surface } from "./uses.ts";

/** What a string at a place is. */
export type Role =
  /** Free text. */
  | "text"
  /** A word that was compared already. */
  | "constant"
  /** Who speaks: skipped where it is a word of MCP's, so that the texts of several messages stand side by side. */
  | "speaker"
  /**
   * What a server gives out to get it back: skipped where it is one run of visible ASCII. Nobody reads it but that
   * server, which gets nothing it can use when a part of it is replaced; many are signed tokens.
   */
  | "handle"
  /** Base64 of a content, which may be a text. */
  | "base64"
  /** The URI of a resource. */
  | "uri"
  /** A URI or an RFC 6570 template. */
  | "template"
  /** A string inside tool arguments: free text, and perhaps a path. */
  | "argument"
  /** The name of a tool. */
  | "tool"
  /** The name of a prompt. */
  | "prompt";

/** How one place of a message is read. An array is read item by item with the same shape. */
export interface Shape {
  /** What a string here is; absent: free text. */
  readonly role?: Role;
  /** The surface of every text from here down; absent: the one above. */
  readonly surface?: Surface;
  /** Parameters only: the type that is demanded of a named member. */
  readonly only?: "string" | "object" | "array";
  /** Members with a meaning. Another member that folds to one of these names is refused. */
  readonly members?: ReadonlyMap<string, Shape>;
  /** The folded names of `members`; see {@linkcode isConfusing}. */
  readonly folded?: ReadonlySet<string>;
  /** Parameters only: members that must be there. */
  readonly required?: readonly string[];
  /** How other members are read; absent: free text beside `members`, else like the object itself. */
  readonly rest?: Shape;
  /** Picks the shape of an object by one of its members. */
  readonly choose?: Choice;
  /** Which member names are texts: all, or (absent) all but the vocabulary of MCP and JSON Schema. */
  readonly keys?: "all";
  /** The array here is a list that the policy filters. */
  readonly list?: Pick<ListUse, "kind" | "key">;
  /** A URI here is replaced by its canonical form before it is forwarded. */
  readonly rewrite?: true;
  /** Beside a URI here stands the content of its resource. */
  readonly content?: true;
}

/** Picks the shape of an object by the value of one member. */
export interface Choice {
  /** The member, e.g. `type`. */
  readonly by: string;
  /** The shapes by value. */
  readonly of: ReadonlyMap<string, Shape>;
  /** The audit code under which another value is refused; absent: another value is read as free text. */
  readonly refuse?: string;
}

/** Free text on the surface above. */
export const TEXT: Shape = {};

const CONSTANT: Shape = { role: "constant" };

/**
 * Free text, members and their names included.
 *
 * @param surface The surface from here down.
 * @param more Further properties of the shape.
 * @returns The shape.
 */
export function text(surface: Surface, more: Shape = {}): Shape {
  return { ...more, surface };
}

/**
 * An object some of whose members have a meaning.
 *
 * @param members The members.
 * @param more Further properties of the shape.
 * @returns The shape.
 */
export function object(members: Readonly<Record<string, Shape>>, more: Shape = {}): Shape {
  const names = Object.keys(members);
  return {
    ...more,
    members: new Map(Object.entries(members)),
    folded: new Set(names.map(foldKey)),
  };
}

/**
 * An object whose reading depends on one of its members.
 *
 * @param by The member that decides.
 * @param of The shapes by value.
 * @param refuse The audit code under which another value is refused.
 * @returns The shape.
 */
export function choose(by: string, of: Readonly<Record<string, Shape>>, refuse?: string): Shape {
  const map = new Map<string, Shape>();
  for (const [value, shape] of Object.entries(of)) {
    const members = new Map(shape.members).set(by, CONSTANT);
    map.set(value, { ...shape, members, folded: new Set([...members.keys()].map(foldKey)) });
  }
  return { choose: refuse === undefined ? { by, of: map } : { by, of: map, refuse } };
}

/**
 * A list in a result that the policy filters.
 *
 * @param kind Which access list judges the items.
 * @param key The member of an item that holds its name or URI.
 * @param item How the items' texts are read.
 * @returns The shape.
 */
export function list(kind: ListUse["kind"], key: string, item: Shape = TEXT): Shape {
  return { ...item, list: { kind, key } };
}

/**
 * Says whether a lenient reader would take an unknown member for a known one.
 *
 * @param shape The shape of the object.
 * @param key A member name that is not among the shape's own.
 * @returns True when it differs from a known one only by case, width, invisible characters, `_` or `-`.
 */
export function isConfusing(shape: Shape, key: string): boolean {
  return shape.folded !== undefined && shape.folded.has(foldKey(key));
}
