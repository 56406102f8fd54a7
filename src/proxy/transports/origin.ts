// Who may a browser be when it reaches a loopback port? Host against DNS rebinding, Origin against pages of others.

/** Names of this machine that no page can take over: browsers never ask a name server for them. */
const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

interface Authority {
  host: string;
  port: string;
}

const NAME = /^[a-z0-9._-]+$/;
const IPV6 = /^\[[0-9a-f:.]+\]$/;
const PORT = /^(?:0|[1-9][0-9]{0,4})$/;

/** Splits `host`, `host:port`, `[v6]` or `[v6]:port`; anything else (user, path, spaces, signs) is no authority. */
function parseAuthority(text: string): Authority | undefined {
  const lower = text.toLowerCase();
  const colon = lower.indexOf(":", lower.indexOf("]") + 1);
  const host = colon < 0 ? lower : lower.slice(0, colon);
  const port = colon < 0 ? "" : lower.slice(colon + 1);
  if (lower.length > 260 || !(NAME.test(host) || IPV6.test(host))) return undefined;
  if (colon >= 0 && (!PORT.test(port) || Number(port) > 65535)) return undefined;
  return { host, port };
}

/** Addresses that stand for all interfaces: nobody calls a server by them. */
const WILDCARDS = ["0.0.0.0", "[::]"];

/**
 * Says whether a Host header may name this server. A page that rebinds its own name to 127.0.0.1 sends that name,
 * so only names that are ours by themselves or by configuration pass.
 *
 * @param host The Host header's value, or null where there is none.
 * @param options `bound`: the address and port listened on, `host:port` (IPv6 in brackets); `extra`: configured
 * names, `host` for any port or `host:port`.
 * @returns True for loopback names and the bound address with exactly our port, and for configured names.
 */
export function hostAllowed(
  host: string | null,
  options: { bound: string; extra: readonly string[] },
): boolean {
  const asked = host === null ? undefined : parseAuthority(host);
  const bound = parseAuthority(options.bound);
  if (asked === undefined || bound === undefined) return false;
  const own = LOOPBACK.includes(asked.host) ||
    (asked.host === bound.host && !WILDCARDS.includes(bound.host));
  if (own && (asked.port || "80") === bound.port) return true;
  return options.extra.some((entry) => {
    const wanted = parseAuthority(entry);
    return wanted !== undefined && wanted.host === asked.host &&
      (wanted.port === "" || wanted.port === asked.port);
  });
}

/**
 * Says whether a page of this origin may talk to us. WebSockets know no CORS, so this check is all that keeps other
 * sites' pages out (cross-site WebSocket hijacking).
 *
 * @param origin The Origin header's value (RFC 6454), or null where there is none: no browser, nothing to check.
 * @param extra Configured origins, compared exactly, e.g. `https://app.example`.
 * @returns True without an origin, for loopback origins on any port, and for configured ones; never for `null`,
 * which sandboxed and local-file pages send.
 */
export function originAllowed(origin: string | null, extra: readonly string[]): boolean {
  if (origin === null) return true;
  if (origin === "null") return false;
  if (extra.includes(origin)) return true;
  const scheme = ["http://", "https://"].find((prefix) => origin.startsWith(prefix));
  if (scheme === undefined) return false;
  const authority = parseAuthority(origin.slice(scheme.length));
  return authority !== undefined && LOOPBACK.includes(authority.host);
}
