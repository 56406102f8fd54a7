// Asks a server what it offers, for the commands that look at servers before a client does.

import { type Offer, survey, SurveyFailed } from "../proxy/survey.ts";
import { UpstreamError } from "../proxy/transports/mod.ts";
import { type Limits, parsePolicy } from "../policy/mod.ts";
import { serverConnector } from "./connect_server.ts";
import { UsageError } from "./exit.ts";
import { type Output, printable } from "./output.ts";
import { ServerLines } from "./server_lines.ts";
import { describeServer, type ServerOptions } from "./server_options.ts";

/** Milliseconds for one answer: a first `npx` downloads its package before it says anything. */
const ANSWER_MS = 60_000;
/** UTF-16 units of a line of standard error that are shown. */
const MAX_LINE = 300;
/** A server that cannot log in may say with what. */
const SECRETS = parsePolicy("version: 1\ndetect: { secrets: {} }", "defaults").detect;

/**
 * Asks one server.
 *
 * @param server Where it is, or how it is started.
 * @param output Told what goes on, where a person watches.
 * @param limits Bounds on its answers.
 * @param headers Headers for a server that is not started here, its credentials among them.
 * @returns What it offers.
 * @throws {UsageError} When it cannot be asked, with what it said last.
 */
export async function askServer(
  server: ServerOptions,
  output: Output,
  limits: Limits = parsePolicy("version: 1", "defaults").limits,
  headers: readonly (readonly [string, string])[] = [],
): Promise<Offer> {
  const said: string[] = [];
  const lines = new ServerLines();
  const connector = serverConnector(server, () => limits, (line) => {
    said.push(lines.pass(line.slice(0, MAX_LINE), null, SECRETS).trimEnd());
    if (said.length > 5) said.shift();
  });
  if (output.problemColour) output.problem(`asking ${describeServer(server)} ...`);
  try {
    return await survey({
      connect: () => connector.connect(headers),
      timeoutMs: ANSWER_MS,
      messageBytes: limits.resultBytes,
    });
  } catch (error) {
    if (!(error instanceof SurveyFailed) && !(error instanceof UpstreamError)) throw error;
    const words = said.map((line) => `\n  ${printable(line)}`).join("");
    throw new UsageError(
      `${describeServer(server)} cannot be asked what it offers: ${
        printable(error.message)
      }${words}`,
    );
  } finally {
    await connector.ended();
  }
}
