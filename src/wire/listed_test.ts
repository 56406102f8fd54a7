// Pictures, links and header names in what servers list.

import { expect } from "expect";
import { parseJson } from "./json.ts";
import { cleanListed } from "./listed.ts";
import { writeJson } from "./write.ts";

const cleaned = (value: unknown, modern = false): [string | null, unknown] => {
  const tree = parseJson(JSON.stringify(value), {});
  return [cleanListed(tree, modern), JSON.parse(writeJson(tree))];
};

Deno.test("cleanListed() takes out pictures that are scripts, files, private or unencrypted (MCP-035)", () => {
  const bad = [
    "javascript:alert(1)",
    "data:image/svg+xml;base64,PHN2Zy8+",
    "data:text/html;base64,PHN2Zy8+",
    "http://169.254.169.254/",
    "http://example.com/a.png",
    "https://169.254.169.254/",
    "https://[::1]/",
    "https://localhost/a.png",
    "https://user@example.com/",
    "file:///etc/passwd",
    7,
  ];
  const good = [
    "https://example.com/a.png",
    "https://cdn.example.com:8443/a.svg",
    "data:image/png;base64,AA==",
  ];
  const icons = [...bad, ...good].map((src) => ({ src, sizes: ["48x48"] }));
  for (const list of ["tools", "prompts", "resources", "resourceTemplates"]) {
    const [what, result] = cleaned({ [list]: [{ name: "a", icons }] });
    expect(what).toBe("mcp.icon_stripped");
    const kept = good.map((src) => ({ src, sizes: ["48x48"] }));
    expect(result).toEqual({ [list]: [{ name: "a", icons: kept }] });
  }
  expect(cleaned({ serverInfo: { websiteUrl: "javascript:x", icons: [] } })).toEqual([
    "mcp.icon_stripped",
    { serverInfo: { icons: [] } },
  ]);
  const fine = { serverInfo: { websiteUrl: "https://example.com", icons: [{ src: good[0] }] } };
  expect(cleaned(fine)).toEqual([null, fine]);
});

Deno.test("cleanListed() leaves out tools whose x-mcp-header is no header, for modern clients (MCP-036)", () => {
  const tool = (name: string, ...headers: unknown[]): object => ({
    name,
    inputSchema: {
      properties: Object.fromEntries(
        headers.map((header, i) => [`p${i}`, { type: "string", "x-mcp-header": header }]),
      ),
    },
  });
  const tools = [
    tool("injects", "Authorization\r\nX-Evil"),
    tool("empty", ""),
    tool("number", 1),
    tool("twice", "Region", "region"),
    tool("fine", "Region", "Zone"),
    tool("none"),
  ];
  const deep = {
    name: "deep",
    inputSchema: { properties: { a: (tools[0] as never)["inputSchema"] } },
  };
  const [what, result] = cleaned({ tools: [...tools, deep] }, true);
  expect(what).toBe("mcp.x_mcp_header");
  expect((result as { tools: { name: string }[] }).tools.map((one) => one.name)).toEqual([
    "fine",
    "none",
  ]);
  expect(cleaned({ tools }, false)[0]).toBe(null);
});
