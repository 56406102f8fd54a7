// `mcpguard policy lint`: every error and every warning of a policy file, with its place.

import { BadPolicy, type PolicyProblem } from "../errors.ts";
import { lintPolicy, type ListedTool } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { argumentNames } from "../proxy/tool_book.ts";
import { JsonError, JsonObject, type JsonValue, parseJson } from "../wire/mod.ts";
import { shown } from "./arguments.ts";
import { EXIT, UsageError } from "./exit.ts";
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
  const remarks = await lint(file, await readTools(given.text("tools")));
  const errors = remarks.filter((r) => r.level === "error").length;
  const warnings = remarks.length - errors;
  if (given.flag("json")) {
    output.line(JSON.stringify({ file, errors, warnings, remarks }));
  } else {
    for (const remark of remarks) output.line(lineOf(file, remark, output.colour));
    output.line(
      remarks.length === 0
        ? printable(`${file}: no problems`)
        : `${counted(errors, "error")}, ${counted(warnings, "warning")}`,
    );
  }
  if (errors > 0) return EXIT.USAGE;
  return given.flag("strict") && warnings > 0 ? EXIT.DENIED : EXIT.OK;
}

/** Tools as a server lists them: its answer, the result in it, or the list itself. */
async function readTools(file: string | undefined): Promise<ListedTool[] | null> {
  if (file === undefined) return null;
  let tree: JsonValue;
  try {
    tree = parseJson(await Deno.readFile(file), { bytes: 16 << 20, tokens: 1_000_000 });
  } catch (error) {
    const why = error instanceof JsonError ? error.message : "it cannot be read";
    throw new UsageError(`--tools ${shown(file)}: ${why}`);
  }
  const inside = (key: string): void => {
    const found = tree instanceof JsonObject ? tree.get(key) : undefined;
    if (found !== undefined) tree = found;
  };
  inside("result");
  inside("tools");
  if (!Array.isArray(tree)) {
    throw new UsageError(`--tools ${shown(file)}: it holds no list of tools`);
  }
  return tree.flatMap((tool): ListedTool[] => {
    const name = tool instanceof JsonObject ? tool.get("name") : undefined;
    if (!(tool instanceof JsonObject) || typeof name !== "string") return [];
    return [{ name, arguments: argumentNames(tool.get("inputSchema")) }];
  });
}

async function lint(file: string, tools: ListedTool[] | null): Promise<Remark[]> {
  let text: string;
  try {
    text = await readPolicyText(file);
  } catch (error) {
    if (!(error instanceof BadPolicy)) throw error;
    return error.problems.map((p) => asRemark(p, "unreadable"));
  }
  const { problems, warnings } = lintPolicy(text, file, tools);
  return [
    ...problems.map((p) => asRemark(p, "invalid")),
    ...warnings.map((w): Remark => ({ level: "warning", ...w })),
  ];
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
