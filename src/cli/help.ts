// The help texts, made from the command table.

import { usageOf } from "./arguments.ts";
import type { CommandSpec } from "./spec.ts";

/** Width of the help, characters. */
const WIDTH = 90;

/** What the exit codes say, for the help and for scripts that read it. */
const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "done; for check: allowed"],
  [
    "1",
    "for check: denied or throttled; for policy lint --strict: warnings; for run: the server ended; for pin and scan: something differs or was found; for test: a case is not as expected; for diff: a decision changes; for audit suggest: something cannot be allowed",
  ],
  ["2", "bad usage, a bad policy, or a part that cannot start"],
  ["3", "for check: a human has to confirm or approve"],
  ["70", "a failure of mcpguard itself"],
];

/**
 * The help of the whole program, or of a group of commands.
 *
 * @param commands The commands to show.
 * @param group The group's first word, or null for the program.
 * @param about One sentence.
 * @returns The text, without a newline at the end.
 */
export function programHelp(
  commands: readonly CommandSpec[],
  group: string | null,
  about: string,
): string {
  const rows = commands.map((c) => [headOf(c), c.summary] as const);
  const own: [string, string][] = group === null
    ? [["help [command]", "Print the help of a command."]]
    : [];
  const options: [string, string][] = [["-h, --help", "print this help"]];
  if (group === null) options.unshift(["-V, --version", "print the version"]);
  const parts = [
    `Usage: mcpguard ${group === null ? "" : `${group} `}<command> [options]`,
    about,
    `Commands:\n${table([...rows, ...own])}`,
    `Options:\n${table(options)}`,
    `mcpguard <command> --help shows a command's options.`,
  ];
  if (group === null) parts.push(`Exit codes:\n${table(EXIT_CODES)}`);
  return parts.join("\n\n");
}

/**
 * The help of one command.
 *
 * @param command The command.
 * @returns The text, without a newline at the end.
 */
export function commandHelp(command: CommandSpec): string {
  const required = command.options.filter((o) => o.required === true).map(usageOf);
  const operands = command.operands.map(operandOf);
  const more = command.options.some((o) => o.required !== true) ? ["[options]"] : [];
  // What comes after `--` comes last.
  const rest = command.operands.some((o) => o.rest === true);
  const [before, after] = rest ? [[], operands] : [operands, []];
  const options = command.options.map((o) => {
    const more = [
      ...(o.required === true ? ["required"] : []),
      ...(o.repeatable === true ? ["repeatable"] : []),
      ...(o.fallback === undefined ? [] : [`default: ${o.fallback}`]),
    ];
    return [usageOf(o), `${o.text}${more.length === 0 ? "" : ` (${more.join(", ")})`}`] as const;
  });
  return [
    wrap(["Usage: mcpguard", command.name, ...before, ...required, ...more, ...after].join(" "), 4),
    wrap(command.summary, 0),
    ...(command.operands.length === 0
      ? []
      : [`Arguments:\n${table(command.operands.map((o) => [operandOf(o), o.text]))}`]),
    `Options:\n${table([...options, ["-h, --help", "print this help"]])}`,
    ...command.notes.map((note) => wrap(note, 0)),
  ].join("\n\n");
}

function headOf(command: CommandSpec): string {
  // What may be left out beside something else would make every line of the overview longer.
  const operands = command.operands.filter((o, i) => i === 0 || o.instead === undefined);
  return [command.name, ...operands.map(operandOf)].join(" ");
}

function operandOf(operand: CommandSpec["operands"][number]): string {
  const words = operand.rest === true
    ? `-- <${operand.name}...>`
    : operand.many === true
    ? `<${operand.name}...>`
    : `<${operand.name}>`;
  return operand.instead === undefined ? words : `[${words}]`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([head]) => head.length)) + 4;
  return rows.map(([head, text]) => wrap(`  ${head.padEnd(left - 2)}${text}`, left)).join("\n");
}

/** Breaks lines that are too long at spaces; what follows a break is indented. Line breaks of the text stay. */
function wrap(text: string, indent: number): string {
  return text.split("\n").map((paragraph) => {
    const lines: string[] = [];
    let rest = paragraph;
    while (rest.length > WIDTH) {
      const space = rest.lastIndexOf(" ", WIDTH);
      if (space <= indent) break;
      lines.push(rest.slice(0, space));
      rest = " ".repeat(indent) + rest.slice(space + 1);
    }
    return [...lines, rest].join("\n");
  }).join("\n");
}
