// Times and spans: RFC 3339, Go's spelling of spans, and the fields of a time in a time zone.
// The zone is always named or UTC, never the machine's, so that a rule means the same everywhere.

import { Duration, Failure, Timestamp } from "./values.ts";

const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  h: 3600n * SECOND,
  m: 60n * SECOND,
  s: SECOND,
  ms: 1_000_000n,
  us: 1000n,
  ns: 1n,
};
/** The years 1 to 9999, as the language definition has them. */
const LEAST = -62_135_596_800n * SECOND;
const MOST = 253_402_300_800n * SECOND - 1n;

/**
 * Reads a time.
 *
 * @param text RFC 3339, with an offset.
 * @param at Where in the expression.
 * @returns The time.
 * @throws {Failure} On any other text.
 */
export function timestampOf(text: string, at: number): Timestamp {
  const found =
    /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/
      .exec(text);
  if (found === null) throw new Failure("no time by RFC 3339", at);
  const [, year, month, day, hour, minute, second, fraction, sign, offHour, offMinute] = found;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days = daysFromCivil(y, mo, d);
  const back = civilFromDays(days);
  const real = back.month === mo && back.day === d && h < 24 && mi < 60 && s < 60;
  const offset = (Number(offHour ?? 0) * 60 + Number(offMinute ?? 0)) * (sign === "-" ? -1 : 1);
  if (!real || Math.abs(offset) >= 1440) throw new Failure("no time by RFC 3339", at);
  const seconds = days * 86_400 + h * 3600 + mi * 60 + s - offset * 60;
  const nanos = BigInt((fraction ?? "").padEnd(9, "0") || "0");
  return inRange(BigInt(seconds) * SECOND + nanos, at);
}

/**
 * Reads a span, as Go spells it: `90m`, `1h30m`, `-1.5s`.
 *
 * @param text The text.
 * @param at Where in the expression.
 * @returns The span.
 * @throws {Failure} On any other text.
 */
export function durationOf(text: string, at: number): Duration {
  const wrong = (): Failure => new Failure("no span of time such as `90m`", at);
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return new Duration(0n);
  if (rest === "" || rest.length > 60) throw wrong();
  let ns = 0n;
  while (rest !== "") {
    const found = /^(\d{1,12})(?:\.(\d{1,9}))?(h|ms|us|ns|m|s)/.exec(rest);
    if (found === null) throw wrong();
    const [whole, digits, fraction, unit] = found;
    ns += BigInt(digits!) * UNITS[unit!]!;
    if (fraction !== undefined) {
      ns += BigInt(fraction) * UNITS[unit!]! / 10n ** BigInt(fraction.length);
    }
    rest = rest.slice(whole.length);
  }
  return spanOf(text.startsWith("-") ? -ns : ns, at);
}

/**
 * A span in range.
 *
 * @param ns Nanoseconds.
 * @param at Where in the expression.
 * @returns The span.
 * @throws {Failure} Beyond 64 bits, about 292 years.
 */
export function spanOf(ns: bigint, at: number): Duration {
  if (ns >= 2n ** 63n || ns < -(2n ** 63n)) throw new Failure("a span of more than 292 years", at);
  return new Duration(ns);
}

/** A time by RFC 3339, in UTC. */
export function printTimestamp(time: Timestamp): string {
  const { year, month, day, hour, minute, second } = UTC(time);
  const two = (n: number): string => String(n).padStart(2, "0");
  const fraction = printFraction(time.ns - floorDiv(time.ns, SECOND) * SECOND);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T` +
    `${two(hour)}:${two(minute)}:${two(second)}${fraction}Z`;
}

/** A span in seconds. */
export function printDuration({ ns }: Duration): string {
  const size = ns < 0n ? -ns : ns;
  return `${ns < 0n ? "-" : ""}${size / SECOND}${printFraction(size % SECOND)}s`;
}

function printFraction(nanos: bigint): string {
  if (nanos === 0n) return "";
  let digits = String(nanos).padStart(9, "0");
  while (digits.endsWith("0")) digits = digits.slice(0, -1);
  return `.${digits}`;
}

/**
 * A time in range.
 *
 * @param ns Nanoseconds since 1970.
 * @param at Where in the expression.
 * @returns The time.
 * @throws {Failure} Outside of the years 1 to 9999.
 */
export function inRange(ns: bigint, at: number): Timestamp {
  if (ns < LEAST || ns > MOST) throw new Failure("a time outside of the years 1 to 9999", at);
  return new Timestamp(ns);
}

/** What a clock on the wall shows. */
export interface WallClock {
  year: number;
  /** From 1. */
  month: number;
  /** From 1. */
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Of the second. */
  millisecond: number;
  /** Days since 1970 of that date. */
  days: number;
}

/** Reads the wall clock of one zone. */
export type Zone = (time: Timestamp) => WallClock;

/** UTC. */
export const UTC: Zone = (time) => wallClock(time.ns, 0n);

/**
 * A time zone.
 *
 * @param name `UTC`, an offset such as `+02:00`, or an IANA name such as `Europe/Berlin`.
 * @returns The zone, or null when nobody knows it.
 */
export function zoneOf(name: string): Zone | null {
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(name);
  if (fixed !== null) {
    const [, sign, hours, minutes] = fixed;
    const offset = BigInt(Number(hours) * 60 + Number(minutes)) * 60n * SECOND;
    return (time) => wallClock(time.ns, sign === "-" ? -offset : offset);
  }
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      ...{ timeZone: name, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" },
      ...{ era: "short", year: "numeric", month: "numeric", day: "numeric" },
      ...{ hour: "numeric", minute: "numeric", second: "numeric" },
    });
  } catch {
    return null;
  }
  return (time) => {
    const ms = floorDiv(time.ns, 1_000_000n);
    const parts: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(Number(ms))) parts[type] = value;
    const part = (key: string): number => Number(parts[key]);
    const year = parts.era?.startsWith("B") ? 1 - part("year") : part("year");
    const days = daysFromCivil(year, part("month"), part("day"));
    return {
      ...{ year, month: part("month"), day: part("day"), days },
      ...{ hour: part("hour"), minute: part("minute"), second: part("second") },
      millisecond: Number(ms - floorDiv(ms, 1000n) * 1000n),
    };
  };
}

function wallClock(ns: bigint, offset: bigint): WallClock {
  const ms = Number(floorDiv(ns + offset, 1_000_000n));
  const days = Math.floor(ms / 86_400_000);
  const rest = ms - days * 86_400_000;
  return {
    ...civilFromDays(days),
    days,
    hour: Math.floor(rest / 3_600_000),
    minute: Math.floor(rest / 60_000) % 60,
    second: Math.floor(rest / 1000) % 60,
    millisecond: rest % 1000,
  };
}

function floorDiv(a: bigint, b: bigint): bigint {
  return a >= 0n || a % b === 0n ? a / b : a / b - 1n;
}

/**
 * Days since 1970 of a date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
 *
 * @param year The year.
 * @param month From 1.
 * @param day From 1.
 * @returns Days, negative before 1970.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) +
    dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
