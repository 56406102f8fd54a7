// The functions of expressions: CEL's standard ones that rules need, and `path()` and `uri()`.

import { holds } from "./search.ts";
import {
  durationOf,
  inRange,
  printDuration,
  printTimestamp,
  timestampOf,
  UTC,
  type WallClock,
  type Zone,
} from "./time.ts";
import {
  BOOL,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
  type Type,
} from "./types.ts";
import { canonicalOf, pathOf, URI_TYPE, uriValue } from "./uris.ts";
import {
  Duration,
  Failure,
  type Fuel,
  int64,
  isList,
  isMap,
  kindOf,
  mapSize,
  Timestamp,
  type Value,
} from "./values.ts";

/** One function or method for one list of types. */
export interface Overload {
  /** What a method is called on; absent for functions. */
  target?: Type;
  /** Types of the arguments. */
  args: readonly Type[];
  /** Type of the result. */
  result: Type;
  /** Computes it; for methods the target comes first. Throws {@linkcode Failure}. */
  run: (values: readonly Value[], fuel: Fuel, at: number) => Value;
}

function ascii(text: string, fuel: Fuel, at: number, upper: boolean): string {
  fuel.burn(1 + (text.length >> 4), at);
  return text.replace(
    upper ? /[a-z]+/g : /[A-Z]+/g,
    (run) => upper ? run.toUpperCase() : run.toLowerCase(),
  );
}

const TEXT_TEST = (
  test: (text: string, part: string) => boolean,
): Overload => ({
  target: STRING,
  args: [STRING],
  result: BOOL,
  run: ([text, part], fuel, at) => {
    const [whole, piece] = [text as string, part as string];
    fuel.burn(1 + ((whole.length + piece.length) >> 4), at);
    return test(whole, piece);
  },
});

const sized = (value: Value, fuel: Fuel, at: number): bigint => {
  if (isList(value)) return BigInt(value.length);
  if (isMap(value)) return BigInt(mapSize(value));
  const text = value as string;
  fuel.burn(1 + (text.length >> 3), at);
  let points = 0;
  for (const _ of text) points++;
  return BigInt(points);
};

const SIZED: readonly Type[] = [STRING, listOf(DYN), mapOf(DYN, DYN)];

/** Fields that a span has too, counted over the whole of it, and their nanoseconds. */
const SPANS: Readonly<Record<string, bigint>> = {
  getHours: 3600n * 1_000_000_000n,
  getMinutes: 60n * 1_000_000_000n,
  getSeconds: 1_000_000_000n,
  getMilliseconds: 1_000_000n,
};

/** One field of times in UTC, and of spans. */
function fieldOverloads(name: string): Overload[] {
  const unit = SPANS[name];
  const ofTime: Overload = {
    target: TIMESTAMP,
    args: [],
    result: INT,
    run: clockField(name, UTC),
  };
  return unit === undefined ? [ofTime] : [ofTime, {
    target: DURATION,
    args: [],
    result: INT,
    run: ([value]) => {
      const whole = (value as Duration).ns / unit;
      // As the language definition has it: of milliseconds only what is beyond whole seconds.
      return name === "getMilliseconds" ? whole % 1000n : whole;
    },
  }];
}

/** Fields of a time; the checker gives them a zone where a literal names one. */
export const CLOCK_FIELDS: Readonly<Record<string, (clock: WallClock) => number>> = {
  getFullYear: (c) => c.year,
  getMonth: (c) => c.month - 1,
  getDate: (c) => c.day,
  getDayOfMonth: (c) => c.day - 1,
  getDayOfWeek: (c) => (((c.days + 4) % 7) + 7) % 7,
  getDayOfYear: (c) => c.days - yearBegin(c.year),
  getHours: (c) => c.hour,
  getMinutes: (c) => c.minute,
  getSeconds: (c) => c.second,
  getMilliseconds: (c) => c.millisecond,
};

function yearBegin(year: number): number {
  const y = year - 1;
  return 365 * (year - 1970) + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) - 477;
}

/** A field of a time in one zone. */
export function clockField(name: string, zone: Zone): Overload["run"] {
  const read = CLOCK_FIELDS[name]!;
  return ([time]) => BigInt(read(zone(time as Timestamp)));
}

/** Every function by name. */
export const FUNCTIONS: ReadonlyMap<string, readonly Overload[]> = new Map<string, Overload[]>([
  ["size", [
    ...SIZED.map((type): Overload => ({
      args: [type],
      result: INT,
      run: ([value], fuel, at) => sized(value!, fuel, at),
    })),
    ...SIZED.map((type): Overload => ({
      target: type,
      args: [],
      result: INT,
      run: ([value], fuel, at) => sized(value!, fuel, at),
    })),
  ]],
  ["contains", [TEXT_TEST(holds)]],
  ["startsWith", [TEXT_TEST((text, part) => text.startsWith(part))]],
  ["endsWith", [TEXT_TEST((text, part) => text.endsWith(part))]],
  ["lowerAscii", [{
    target: STRING,
    args: [],
    result: STRING,
    run: ([text], fuel, at) => ascii(text as string, fuel, at, false),
  }]],
  ["upperAscii", [{
    target: STRING,
    args: [],
    result: STRING,
    run: ([text], fuel, at) => ascii(text as string, fuel, at, true),
  }]],
  ["path", [{
    args: [STRING],
    result: STRING,
    run: ([text], fuel, at) => {
      fuel.burn(64 + 8 * (text as string).length, at);
      return pathOf(text as string, at);
    },
  }]],
  ["uri", [{
    args: [STRING],
    result: URI_TYPE,
    run: ([text], fuel, at) => {
      fuel.burn(64 + 8 * (text as string).length, at);
      return uriValue(canonicalOf(text as string, at));
    },
  }]],
  ["dyn", [{ args: [DYN], result: DYN, run: ([value]) => value! }]],
  ["bool", [
    { args: [BOOL], result: BOOL, run: ([value]) => value! },
    {
      args: [STRING],
      result: BOOL,
      run: ([text], _fuel, at) => {
        if (["1", "t", "true", "TRUE", "True"].includes(text as string)) return true;
        if (["0", "f", "false", "FALSE", "False"].includes(text as string)) return false;
        throw new Failure("no text of a bool", at);
      },
    },
  ]],
  ["int", [
    { args: [INT], result: INT, run: ([value]) => value! },
    {
      args: [DOUBLE],
      result: INT,
      run: ([value], _fuel, at) => {
        const whole = Math.trunc(value as number);
        if (!(Math.abs(whole) < 2 ** 63)) throw new Failure("integer overflow", at);
        return BigInt(whole);
      },
    },
    {
      args: [STRING],
      result: INT,
      run: ([text], _fuel, at) => {
        if (!/^[+-]?\d{1,19}$/.test(text as string)) throw new Failure("no text of an int", at);
        return int64(BigInt((text as string).replace("+", "")), at);
      },
    },
    {
      args: [TIMESTAMP],
      result: INT,
      run: ([time]) => {
        const { ns } = time as Timestamp;
        return ns >= 0n || ns % 1_000_000_000n === 0n
          ? ns / 1_000_000_000n
          : ns / 1_000_000_000n - 1n;
      },
    },
  ]],
  ["double", [
    { args: [DOUBLE], result: DOUBLE, run: ([value]) => value! },
    { args: [INT], result: DOUBLE, run: ([value]) => Number(value) },
    {
      args: [STRING],
      result: DOUBLE,
      run: ([text], _fuel, at) => {
        if (!/^[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/.test(text as string)) {
          throw new Failure("no text of a double", at);
        }
        return Number(text);
      },
    },
  ]],
  ["string", [
    { args: [STRING], result: STRING, run: ([value]) => value! },
    { args: [BOOL], result: STRING, run: ([value]) => String(value) },
    { args: [INT], result: STRING, run: ([value]) => String(value) },
    { args: [DOUBLE], result: STRING, run: ([value]) => String(value) },
    { args: [TIMESTAMP], result: STRING, run: ([time]) => printTimestamp(time as Timestamp) },
    { args: [DURATION], result: STRING, run: ([span]) => printDuration(span as Duration) },
  ]],
  ["timestamp", [
    { args: [TIMESTAMP], result: TIMESTAMP, run: ([value]) => value! },
    {
      args: [INT],
      result: TIMESTAMP,
      run: ([seconds], _fuel, at) => inRange((seconds as bigint) * 1_000_000_000n, at),
    },
    {
      args: [STRING],
      result: TIMESTAMP,
      run: ([text], _fuel, at) => timestampOf(text as string, at),
    },
  ]],
  ["duration", [
    { args: [DURATION], result: DURATION, run: ([value]) => value! },
    {
      args: [STRING],
      result: DURATION,
      run: ([text], _fuel, at) => durationOf(text as string, at),
    },
  ]],
  ...Object.keys(CLOCK_FIELDS).map((name): [string, Overload[]] => [name, fieldOverloads(name)]),
]);

/** Whether a value is of a type, when a message is there. */
export function isOf(value: Value, type: Type): boolean {
  if (type.kind === "dyn") return true;
  if (type.kind === "object") return value instanceof Map;
  return kindOf(value) === type.kind;
}
