// `mcpguard scan`: asks servers what they offer and looks at every text of it, before any client does.

import { SCANNERS, Searcher } from "../detect/mod.ts";
import type { Finding } from "../guard/mod.ts";
import { withoutSecrets } from "../guard/wording.ts";
import { foldName } from "../match/mod.ts";
import { type DetectThreshold, parsePolicy } from "../policy/mod.ts";
import type { Offer } from "../proxy/survey.ts";
import { inspectResult, JsonObject, type JsonValue, methodSpec, RpcError } from "../wire/mod.ts";
import type { TextUse } from "../wire/uses.ts";
import { askServer } from "./ask_server.ts";
import { type NamedServer, readClientConfig } from "./client_config.ts";
import { EXIT, UsageError } from "./exit.ts";
import type { Output } from "./output.ts";
import { printReport, type ScanResult } from "./scan_report.ts";
import { describeServer, readServer, readTarget, type ServerOptions } from "./server_options.ts";
import type { Given } from "./spec.ts";

/** Runs the command and returns the exit code: 0 nothing found, 1 something found, 2 a server could not be asked. */
export async function scan(given: Given, output: Output): Promise<number> {
  const threshold = readThreshold(given.text("threshold") ?? "medium");
  if (given.flag("json") && given.flag("sarif")) {
    throw new UsageError("--json and --sarif exclude each other");
  }
  const servers = await serversOf(given);
  const results: ScanResult[] = [];
  for (const { name, server, headers, file } of servers) {
    const from = file === undefined ? {} : { file };
    try {
      if (server instanceof UsageError) throw server;
      const offer = await askServer(server, output, undefined, headers);
      results.push({
        ...{ name, offer, ...from },
        findings: [...startFindings(server), ...lookAt(offer, threshold)],
      });
    } catch (error) {
      // One server that does not answer is no reason to keep quiet about the others.
      if (!(error instanceof UsageError) || servers.length === 1) throw error;
      const findings = server instanceof UsageError ? [] : startFindings(server);
      results.push({ name, offer: null, findings, failure: error.message, ...from });
    }
  }
  printReport(
    results,
    given.flag("sarif") ? "sarif" : given.flag("json") ? "json" : "text",
    output,
  );
  if (results.some((r) => r.offer === null)) return EXIT.USAGE;
  return results.some((r) => r.findings.length > 0) ? EXIT.DENIED : EXIT.OK;
}

function readThreshold(text: string): DetectThreshold {
  if (text === "low" || text === "medium" || text === "high") return text;
  throw new UsageError(`--threshold must be low, medium or high`);
}

async function serversOf(given: Given): Promise<NamedServer[]> {
  const [first, ...rest] = given.operands;
  const address = /^(?:sse\+)?(?:https?|wss?):\/\//.test(first!);
  if (rest.length === 0 && (address || first!.endsWith(".json") || first!.endsWith(".jsonc"))) {
    if (!address) return await readClientConfig(first!);
    if (given.all("env").length > 0) throw new UsageError("--env is for a command");
    const server = readTarget(first!, "the server");
    return [{ name: describeServer(server), server, headers: [] }];
  }
  const server = readServer(given);
  return [{ name: describeServer(server), server, headers: [] }];
}

/** What is odd about how a server is started or reached (supply chain). */
function startFindings(server: ServerOptions): Finding[] {
  if ("command" in server) {
    const runner = server.command.slice(server.command.lastIndexOf("/") + 1);
    if (!["npx", "uvx", "bunx", "pnpx", "pipx"].includes(runner)) return [];
    const name = server.args.find((word) => !word.startsWith("-") && word !== "run");
    if (name === undefined || /.@[0-9]|==[0-9]/.test(name)) return [];
    return [{
      rule_id: "scan_unpinned_command",
      severity: "medium",
      reason: `${runner} fetches the newest ${name} at every start; name a version`,
      where: "command",
    }];
  }
  const { protocol, hostname } = server.target;
  const plain = protocol === "http:" || protocol === "ws:";
  if (!plain || /^(?:localhost|127\.|\[::1\])/.test(hostname)) return [];
  return [{
    rule_id: "scan_plain_connection",
    severity: "medium",
    reason: "the connection is not encrypted; anybody on the way can change what the server says",
    where: "target",
  }];
}

/** Everything that is seen in an offer. */
export function lookAt(offer: Offer, threshold: DetectThreshold): Finding[] {
  const { detect } = parsePolicy(
    `version: 1\ndetect: { injection: { threshold: ${threshold} }, hidden_text: {}, secrets: {} }`,
    "scan",
  );
  const searcher = new Searcher(detect, SCANNERS);
  const look = (method: string, result: JsonObject): Finding[] => {
    let texts: TextUse[];
    try {
      texts = inspectResult(methodSpec(method, "c2s", "request")!, undefined, result).texts;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const reason = `the guard refuses this answer: ${error.message}`;
      return [{ rule_id: "scan_refused", severity: "high", reason, where: method }];
    }
    return searcher.look(texts, "s2c").map(({ use, finding }) => ({
      ...{ rule_id: finding.rule_id, severity: finding.severity, reason: finding.reason },
      where: use.where.replace(/^result\./, ""),
    }));
  };
  const list = (method: string, member: string, items: JsonValue): Finding[] =>
    look(method, new JsonObject([member], [items]));
  return [
    ...look("initialize", offer.hello),
    ...list("tools/list", "tools", offer.tools),
    ...list("prompts/list", "prompts", offer.prompts),
    ...list("resources/list", "resources", offer.resources),
    ...list("resources/templates/list", "resourceTemplates", offer.templates),
    ...collisions(offer),
  ];
}

function collisions(offer: Offer): Finding[] {
  const names = new Map<string, string[]>();
  for (const tool of offer.tools) {
    const name = tool.get("name");
    if (typeof name !== "string") continue;
    const fold = foldName(name);
    const alike = names.get(fold);
    if (alike === undefined) names.set(fold, [name]);
    else alike.push(name);
  }
  return [...names.values()].filter((alike) => alike.length > 1).map((alike) => ({
    rule_id: "pin_name_collision",
    severity: "high" as const,
    reason: `tools ${namesOf(alike)} ` +
      "have one name, perhaps but for case, separators or look-alike letters",
    where: "tools",
  }));
}

/** Names of one finding that are told, and UTF-16 units of each. */
const MOST_NAMES = 10;
const MAX_NAME = 80;

function namesOf(alike: readonly string[]): string {
  const told = alike.slice(0, MOST_NAMES).map((name) =>
    JSON.stringify(withoutSecrets(name).slice(0, MAX_NAME))
  );
  if (alike.length > MOST_NAMES) told.push(`${alike.length - MOST_NAMES} more`);
  return told.join(" and ");
}
