// A registry on loopback that speaks as much of JSR's protocol as `deno publish` and `deno run` need:
// it takes one upload and serves its files, so that a real `jsr:` import can be tested anywhere.

interface Published {
  scope: string;
  name: string;
  version: string;
  exports: unknown;
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** A running registry. */
export interface JsrRegistry extends AsyncDisposable {
  /** For the variable JSR_URL. */
  url: string;
  /** Paths of the files in the last upload, sorted. */
  files(): string[];
}

/** Starts a registry on a free port. */
export function startJsrRegistry(): JsrRegistry {
  let published: Published | null = null;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (req) => {
    const { pathname } = new URL(req.url);
    const upload = /^\/api\/scopes\/([^/]+)\/packages\/([^/]+)\/versions\/([^/]+)$/.exec(pathname);
    if (upload !== null && req.method === "POST") {
      const [, scope, name, version] = upload;
      const files = await untar(req.body!.pipeThrough(new DecompressionStream("gzip")));
      const config = JSON.parse(new TextDecoder().decode(files.get("/deno.json")));
      published = { scope: scope!, name: name!, version: version!, exports: config.exports, files };
    }
    if (upload !== null || pathname.startsWith("/api/publishing_tasks/")) {
      const known = req.method === "POST" || published !== null;
      return known
        ? Response.json({ id: "1", status: "success", error: null })
        : Response.json({ code: "packageVersionNotFound", message: "none" }, { status: 404 });
    }
    if (pathname.startsWith("/api/")) return Response.json({});
    return published === null
      ? new Response(null, { status: 404 })
      : await serve(published, pathname);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    files: () => [...published?.files.keys() ?? []].sort(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function serve(p: Published, path: string): Promise<Response> {
  const base = `/@${p.scope}/${p.name}`;
  if (path === `${base}/meta.json`) {
    // An old date, since deno leaves out versions younger than a day.
    const versions = { [p.version]: { createdAt: "2020-01-01T00:00:00Z" } };
    return Response.json({ scope: p.scope, name: p.name, latest: p.version, versions });
  }
  if (path === `${base}/${p.version}_meta.json`) {
    const manifest: Record<string, { size: number; checksum: string }> = {};
    for (const [file, bytes] of p.files) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      manifest[file] = { size: bytes.length, checksum: `sha256-${digest}` };
    }
    return Response.json({ manifest, exports: p.exports });
  }
  const bytes = p.files.get(path.slice(`${base}/${p.version}`.length));
  if (bytes === undefined) return new Response(null, { status: 404 });
  const type = path.endsWith(".ts") ? "text/typescript" : "application/json";
  return new Response(bytes, { headers: { "content-type": type } });
}

/** Reads the plain files of a tar archive (POSIX ustar: 512-byte headers, names below 100 characters). */
async function untar(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  const text = (from: number, length: number): string =>
    new TextDecoder().decode(all.subarray(from, from + length)).replace(/\0.*$/s, "");
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let at = 0; at + 512 <= all.length && all[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const name = `${text(at + 345, 155)}/${text(at, 100)}`.replace(/^\/*(?:\.\/)?/, "/");
    if (/^0?$/.test(text(at + 156, 1))) files.set(name, all.slice(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
