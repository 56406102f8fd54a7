// `mcpguard policy lint`: every error and every warning of a policy file, with its place.

import { BadPolicy } from "../errors.ts";
import { parsePolicy } from "../policy/mod.ts";
import { readPolicyText } from "../policy_file.ts";
import { EXIT } from "./exit.ts";
import { type Output, paint } from "./output.ts";

/** One line of the report. */
interface Remark {
  level: "error" | "warning";
  code: string;
  line: number;
  column: number;
  path: string;
  message: string;
}

/** Runs `policy lint` and returns the exit code: 0 clean, 1 warnings with `--strict`, 2 errors. */
export async function policyLint(
  file: string,
  options: { json?: boolean; strict?: boolean },
  output: Output,
): Promise<number> {
  const remarks = await lint(file);
  if (options.json === true) {
    output.line(JSON.stringify({ file, remarks }));
  } else {
    for (const r of remarks) {
      const level = paint(output.colour, r.level === "error" ? "red" : "yellow", r.level);
      output.line(
        `${file}:${r.line}:${r.column}: ${level}: ${
          r.path === "" ? "" : `${r.path}: `
        }${r.message}`,
      );
    }
    if (remarks.length === 0) output.line(`${file}: no problems`);
  }
  if (remarks.some((r) => r.level === "error")) return EXIT.USAGE;
  return options.strict === true && remarks.length > 0 ? EXIT.DENIED : EXIT.OK;
}

async function lint(file: string): Promise<Remark[]> {
  try {
    const policy = parsePolicy(await readPolicyText(file), file);
    return policy.warnings.map((w) => ({ level: "warning", ...w }));
  } catch (error) {
    if (!(error instanceof BadPolicy)) throw error;
    return error.problems.map((p) => ({
      level: "error",
      code: "invalid",
      line: p.line,
      column: p.column,
      path: p.path,
      message: p.message +
        (p.suggestion === undefined ? "" : ` (did you mean ${JSON.stringify(p.suggestion)}?)`),
    }));
  }
}
