// `mcpguard policy lint`: every error and every warning of a policy file, with its place.

import { BadPolicy, type PolicyProblem } from "../errors.ts";
import { lintPolicy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { EXIT } from "./exit.ts";
import { type KnownTools, knownTools } from "./known_tools.ts";
import { type Output, paint, printable } from "./output.ts";
import type { Given } from "./spec.ts";

/** One line of the report. */
interface Remark {
  level: "error" | "warning";
  /** `invalid` for errors, `unreadable` for the file itself; each kind of warning has its own. */
  code: string;
  /** Line and column from 1; 0 where there is none. */
  line: number;
  column: number;
  /** Where in the document, e.g. `tools.allow[2]`. */
  path: string;
  message: string;
  /** The nearest valid spelling. */
  suggestion?: string;
}

/** Runs `policy lint` and returns the exit code: 0 clean, 1 warnings with `--strict`, 2 errors. */
export async function policyLint(file: string, given: Given, output: Output): Promise<number> {
  const { remarks, known } = await lint(file, given, output);
  const errors = remarks.filter((r) => r.level === "error").length;
  const warnings = remarks.length - errors;
  if (given.flag("json")) {
    const tools = known === null ? null : known.tools.length;
    output.line(JSON.stringify({ file, errors, warnings, tools, remarks }));
  } else {
    for (const remark of remarks) output.line(lineOf(file, remark, output.colour));
    if (known !== null) {
      output.line(
        printable(`compared with ${counted(known.tools.length, "tool")} of ${known.source}`),
      );
    }
    output.line(
      remarks.length === 0
        ? printable(`${file}: no problems`)
        : `${counted(errors, "error")}, ${counted(warnings, "warning")}`,
    );
  }
  if (errors > 0) return EXIT.USAGE;
  return given.flag("strict") && warnings > 0 ? EXIT.DENIED : EXIT.OK;
}

async function lint(
  file: string,
  given: Given,
  output: Output,
): Promise<{ remarks: Remark[]; known: KnownTools | null }> {
  let text: string;
  try {
    text = await readPolicyText(file);
  } catch (error) {
    if (!(error instanceof BadPolicy)) throw error;
    return { remarks: error.problems.map((p) => asRemark(p, "unreadable")), known: null };
  }
  const { policy } = lintPolicy(text, file);
  // For a policy that does not load no server is started.
  const known = policy === null ? null : await knownTools(file, policy, given, output);
  const { problems, warnings } = lintPolicy(text, file, known?.tools ?? null);
  return {
    remarks: [
      ...problems.map((p) => asRemark(p, "invalid")),
      ...warnings.map((w): Remark => ({ level: "warning", ...w })),
    ],
    known,
  };
}

function asRemark(problem: PolicyProblem, code: string): Remark {
  const { line, column, path, message, suggestion } = problem;
  return {
    ...{ level: "error", code, line, column, path, message },
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function lineOf(file: string, remark: Remark, colour: boolean): string {
  const { level, line, column, path, message, suggestion } = remark;
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  const hint = suggestion === undefined ? "" : ` (did you mean ${JSON.stringify(suggestion)}?)`;
  const said = `${path === "" ? "" : `${path}: `}${message}${hint}`;
  return `${printable(place)}: ${paint(colour, level === "error" ? "red" : "yellow", level)}: ${
    printable(said)
  }`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
