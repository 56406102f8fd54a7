// The commands that look at what was recorded or waits, and those on keys.

import { DESK } from "./shared_options.ts";
import type { CommandSpec } from "./spec.ts";

/** The last commands in the order of the help. */
export const MORE: readonly CommandSpec[] = [
  {
    name: "approvals list",
    summary: "Show the calls that wait for an approval.",
    operands: [],
    options: DESK,
    notes: ["What stands there is what callers sent, escaped; the digest covers all of it."],
    run: async (given, output) => {
      const { approvalsList } = await import("./approvals.ts");
      return await approvalsList(given, output);
    },
  },
  ...(["approve", "deny"] as const).map((word): CommandSpec => ({
    name: `approvals ${word}`,
    summary: word === "approve"
      ? "Let exactly one waiting call happen, once."
      : "Refuse a waiting call, and every other that is exactly the same, until this expires.",
    operands: [{ name: "id", text: "the request, from approvals list" }],
    options: DESK,
    notes: [
      "Nobody may approve what they asked for. Ends with 0 when it is decided, 1 when it is not (decided already, " +
      "expired, or asked for by yourself), 2 for bad usage or a wrong key.",
    ],
    run: async (given, output) => {
      const { approvalsDecide } = await import("./approvals.ts");
      return await approvalsDecide(word, given, output);
    },
  })),
  {
    name: "test",
    summary: "Try the cases of test files (*_test.yaml) on their policies.",
    operands: [{
      name: "path",
      many: true,
      text: "a test file, or a folder: every test file in it and below",
    }],
    options: [
      { name: "verbose", text: "name the cases that are as expected as well" },
      { name: "explain", text: "show the path of each decision that is not as expected" },
      {
        name: "min-coverage",
        value: "percent",
        text: "fail when the cases meet fewer of the policies' entries, 0 to 100",
      },
      { name: "json", text: "print the whole report as one line of JSON" },
      { name: "junit", value: "file", text: "write a report in JUnit's XML as well" },
    ],
    notes: [
      "Each case is a message, read and judged as the proxy does it, and maybe an answer to it; nothing is sent. Pins, " +
      "rate limits and a judge of your own (detect.judge) are not asked. Hidden folders and node_modules are left out. " +
      "Ends with 0 when every case is as expected, 1 when one is not, 2 for a file that does not load.",
    ],
    run: async (given, output) => {
      const { policyTest } = await import("./policy_test/command.ts");
      return await policyTest(given.operands, given, output);
    },
  },
  {
    name: "diff",
    summary: "Say which recorded messages another policy would decide otherwise.",
    operands: [{ name: "old", text: "the policy in force" }, { name: "new", text: "the other" }],
    options: [
      {
        name: "replay",
        value: "file",
        text: "the audit file, or - for standard input",
        required: true,
      },
      { name: "json", text: "print the changes as one line of JSON" },
    ],
    notes: [
      "Records hold who, which method, tool, resources and prompts, and of arguments only a hash: what asks for nothing " +
      "else is tried, and a rule whose condition wants arguments is named as unknown. Roles are those that each policy " +
      "gives to an identity. Ends with 0 when nothing changes, 1 when something does or may.",
    ],
    run: async (given, output) => {
      const { policyDiff } = await import("./diff.ts");
      const [before, after] = given.operands;
      return await policyDiff([before!, after!], given, output);
    },
  },
  {
    name: "audit suggest",
    summary: "Write a policy that allows what an audit file shows, and nothing else.",
    operands: [{ name: "file", text: "the audit file, or - for standard input" }],
    options: [
      {
        ...{ name: "out", value: "file", fallback: "-" },
        text: "where to write the policy; a file that is there is not replaced",
      },
      {
        ...{ name: "group", value: "count", fallback: "20" },
        text: "resources of one folder that are listed singly; more become FOLDER/*",
      },
    ],
    notes: [
      "Everything recorded is tried on the policy. Ends with 0 when it allows all of it, 1 when something has a name " +
      "that no policy can allow, or that the records do not hold in full.",
    ],
    run: async (given, output) => {
      const { auditSuggest } = await import("./suggest.ts");
      return await auditSuggest(given.operands[0]!, given, output);
    },
  },
  {
    name: "key new",
    summary: "Print a fresh key and the hash that goes into the policy.",
    operands: [],
    options: [{ name: "json", text: "print both as one line of JSON" }],
    notes: [],
    run: async (given, output) => {
      const { keyNew } = await import("./key.ts");
      return keyNew({ json: given.flag("json") }, output);
    },
  },
];
