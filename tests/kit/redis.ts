// Starts a real redis-server for tests: killed, paused and restarted at will, gone when the test ends.

import { createClient } from "redis";

/** Options of {@linkcode startRedis}. */
export interface RedisOptions {
  /** Password of the default user. */
  password?: string;
  /** PEM files of a certificate for 127.0.0.1; the server then speaks TLS only. */
  tls?: { certFile: string; keyFile: string; ca: string };
  /** More options for the command line, e.g. `["--cluster-enabled", "yes"]`. */
  args?: string[];
}

/** A running redis-server on 127.0.0.1. */
export interface RedisServer extends AsyncDisposable {
  /** The port, the same after a restart. */
  readonly port: number;
  /** DSN with the password, if there is one. */
  readonly dsn: string;
  /** Runs one command on a connection of its own. */
  command(...args: string[]): Promise<unknown>;
  /** SIGSTOP: connections stay open, nothing answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port; resolves when it takes connections. */
  restart(): Promise<void>;
}

/** Why tests with Redis cannot run here, or null when they can. */
export function redisMissing(): string | null {
  const run = { name: "run", command: "redis-server" } as const;
  if (Deno.permissions.querySync(run).state !== "granted") return "needs --allow-run=redis-server";
  try {
    const { success } = new Deno.Command("redis-server", { args: ["--version"] }).outputSync();
    return success ? null : "redis-server --version failed";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "redis-server is not installed";
    throw error;
  }
}

/**
 * Registers a test that needs a redis-server. Where there is none it is ignored with a printed reason;
 * with CI=true (which takes permission to read CI) it fails.
 */
export function redisTest(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  const missing = redisMissing();
  if (missing === null) return Deno.test(name, fn);
  const env = { name: "env", variable: "CI" } as const;
  if (Deno.permissions.querySync(env).state === "granted" && Deno.env.get("CI") === "true") {
    return Deno.test(name, (): never => {
      throw new Error(`cannot be tested: ${missing}`);
    });
  }
  console.log(`SKIPPED ${name}: ${missing}`);
  Deno.test.ignore(name, fn);
}

/** A certificate that signs itself, in files that go with it. */
export interface Certificate extends AsyncDisposable {
  /** PEM file of the certificate. */
  certFile: string;
  /** PEM file of its key. */
  keyFile: string;
  /** The certificate's text, for those who shall trust it. */
  ca: string;
}

/** Makes a certificate with openssl for the given names; null where there is no openssl. */
export async function selfSigned(
  names = "IP:127.0.0.1,DNS:localhost",
): Promise<Certificate | null> {
  const dir = await Deno.makeTempDir({ prefix: "mcpguard-cert-" });
  const remove = (): Promise<void> => Deno.remove(dir, { recursive: true });
  const [certFile, keyFile] = [`${dir}/cert.pem`, `${dir}/key.pem`];
  try {
    const { success, stderr } = await new Deno.Command("openssl", {
      args: [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
        ...["-keyout", keyFile, "-out", certFile, "-days", "2", "-subj", "/CN=mcpguard test"],
        ...["-addext", `subjectAltName=${names}`],
        ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ],
    }).output();
    if (!success) throw new Error(`openssl failed:\n${new TextDecoder().decode(stderr)}`);
    const ca = await Deno.readTextFile(certFile);
    return { certFile, keyFile, ca, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Starts a server on a free port and waits until it takes connections. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  // The port may be taken between asking and using it: the server then exits, and another is tried.
  for (let attempt = 1;; attempt++) {
    const server = new Server(freePort(), options);
    try {
      await server.restart();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      if (attempt === 5) throw error;
    }
  }
}

class Server implements RedisServer {
  readonly port: number;
  readonly #options: RedisOptions;
  readonly #dir = Deno.makeTempDirSync({ prefix: "mcpguard-redis-" });
  #process: Deno.ChildProcess | undefined;
  #output: Promise<void> = Promise.resolve();

  constructor(port: number, options: RedisOptions) {
    this.port = port;
    this.#options = options;
  }

  get dsn(): string {
    const { password, tls } = this.#options;
    const login = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
    return `${tls ? "rediss" : "redis"}://${login}127.0.0.1:${this.port}`;
  }

  async command(...args: string[]): Promise<unknown> {
    const { password, tls } = this.#options;
    const client = createClient({
      socket: {
        host: "127.0.0.1",
        port: this.port,
        reconnectStrategy: false,
        // Which name the certificate has is for the tests to find out.
        ...(tls ? { tls: true, ca: tls.ca, checkServerIdentity: () => undefined } : {}),
      },
      ...(password === undefined ? {} : { password }),
      RESP: 2,
      commandOptions: { timeout: 0 },
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  }

  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    this.#process = undefined;
    process.kill("SIGKILL");
    await process.status;
    await this.#output;
  }

  async restart(): Promise<void> {
    await this.kill();
    const process = new Deno.Command("redis-server", {
      args: this.#args(),
      cwd: this.#dir,
      stdout: "piped",
      stderr: "null",
      stdin: "null",
    }).spawn();
    this.#process = process;
    const ready = Promise.withResolvers<void>();
    let log = "";
    // Read to the end, or the server would block on a full pipe.
    this.#output = (async () => {
      for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
        log = (log + text).slice(-4_000);
        if (log.includes("Ready to accept connections")) ready.resolve();
      }
      ready.reject(new Error(`redis-server ended before it was ready:\n${log}`));
    })();
    ready.promise.catch(() => {});
    try {
      await ready.promise;
      await this.command("PING");
    } catch (error) {
      await this.kill().catch(() => {});
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.#dir, { recursive: true });
  }

  #args(): string[] {
    const { password, tls } = this.#options;
    const port = String(this.port);
    return [
      ...["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", this.#dir],
      ...(tls
        ? [
          ...["--port", "0", "--tls-port", port, "--tls-auth-clients", "no"],
          ...["--tls-cert-file", tls.certFile, "--tls-key-file", tls.keyFile],
        ]
        : ["--port", port]),
      ...(password === undefined ? [] : ["--requirepass", password]),
      ...(this.#options.args ?? []),
    ];
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
