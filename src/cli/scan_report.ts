// The report of `mcpguard scan`: for people, as JSON, and in SARIF 2.1.0 for code scanning.

import denoJson from "../../deno.json" with { type: "json" };
import type { Finding } from "../guard/mod.ts";
import { withoutSecrets } from "../guard/wording.ts";
import type { Offer } from "../proxy/survey.ts";
import { type Output, paint, printable } from "./output.ts";

/** What was seen of one server. */
export interface ScanResult {
  /** Its name, or where it is. */
  name: string;
  /** What it offers; null where it could not be asked. */
  offer: Offer | null;
  /** What was found. */
  findings: readonly Finding[];
  /** Why it could not be asked. */
  failure?: string;
  /** The configuration that names it, where one does. */
  file?: string;
}

/**
 * Prints the report.
 *
 * @param results One for each server.
 * @param form How.
 * @param output Where.
 */
export function printReport(
  results: readonly ScanResult[],
  form: "text" | "json" | "sarif",
  output: Output,
): void {
  if (form === "sarif") output.line(JSON.stringify(sarif(results)));
  else if (form === "json") output.line(JSON.stringify({ servers: results.map(plain) }));
  else for (const result of results) printText(result, output);
}

function counts(offer: Offer): Record<"tools" | "prompts" | "resources" | "templates", number> {
  const { tools, prompts, resources, templates } = offer;
  return {
    ...{ tools: tools.length, prompts: prompts.length },
    ...{ resources: resources.length, templates: templates.length },
  };
}

function plain({ name, offer, findings, failure }: ScanResult): unknown {
  return {
    name,
    ...(offer === null
      ? { failure }
      : { server: withoutSecrets(offer.server), era: offer.era, ...counts(offer) }),
    findings: findings.map((finding) => ({ ...finding, where: placed(finding, offer) })),
  };
}

const COLOURS = { low: "dim", medium: "yellow", high: "red" } as const;

function printText({ name, offer, findings, failure }: ScanResult, output: Output): void {
  if (offer === null) {
    output.line(printable(`${name}: ${(failure ?? "cannot be asked").split("\n", 1)[0]}`));
    printFindings(findings, offer, output);
    return;
  }
  const { tools, prompts, resources, templates } = counts(offer);
  output.line(printable(
    `${name}${
      offer.server === "" ? "" : ` (${withoutSecrets(offer.server)})`
    }: ${tools} tools, ${prompts} prompts, ` +
      `${resources} resources, ${templates} templates`,
  ));
  printFindings(findings, offer, output);
  if (findings.length === 0) output.line("  nothing found");
}

function printFindings(
  findings: readonly Finding[],
  offer: Offer | null,
  output: Output,
): void {
  for (const finding of findings) {
    const severity = paint(output.colour, COLOURS[finding.severity], finding.severity.padEnd(6));
    output.line(
      `  ${severity} ${
        printable(`${placed(finding, offer)}: ${finding.reason} [${finding.rule_id}]`)
      }`,
    );
  }
}

/** `tools[3].description` with the tool's name in place of its number. */
function placed({ where }: Finding, offer: Offer | null): string {
  const found = /^(tools|prompts|resources|resourceTemplates)\[([0-9]+)\]/.exec(where ?? "");
  if (found === null || offer === null) return where ?? "";
  const [head, list, index] = found;
  const items = list === "resourceTemplates" ? offer.templates : offer[list as "tools"];
  const item = items[Number(index)];
  const name = item?.get("name") ?? item?.get("uri") ?? item?.get("uriTemplate");
  return typeof name === "string"
    ? `${list}[${JSON.stringify(withoutSecrets(name).slice(0, 80))}]${where!.slice(head.length)}`
    : where!;
}

const LEVELS = { low: "note", medium: "warning", high: "error" } as const;

/**
 * SARIF 2.1.0 (OASIS): one result for each finding, placed by logical location, and in the client's configuration where
 * that was given; what could not be asked is a notification.
 */
function sarif(results: readonly ScanResult[]): unknown {
  const rules = new Map<string, string>();
  const found = results.flatMap(({ name, offer, findings, file }) =>
    findings.map((finding) => {
      if (!rules.has(finding.rule_id)) rules.set(finding.rule_id, finding.reason);
      return {
        ruleId: finding.rule_id,
        level: LEVELS[finding.severity],
        message: { text: finding.reason },
        locations: [{
          ...placeIn(file),
          logicalLocations: [{ fullyQualifiedName: `${name}/${placed(finding, offer)}` }],
        }],
      };
    })
  );
  const failed = results.filter(({ offer }) => offer === null);
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "mcpguard",
          version: denoJson.version,
          rules: [...rules].map(([id, text]) => ({ id, shortDescription: { text } })),
        },
      },
      invocations: [{
        executionSuccessful: failed.length === 0,
        toolExecutionNotifications: failed.map(({ name, failure, file }) => ({
          level: "error",
          message: { text: `${name}: ${failure ?? "cannot be asked"}` },
          ...(file === undefined ? {} : { locations: [placeIn(file)] }),
        })),
      }],
      results: found,
    }],
  };
}

function placeIn(file: string | undefined): { physicalLocation?: unknown } {
  if (file === undefined) return {};
  const uri = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return { physicalLocation: { artifactLocation: { uri } } };
}
