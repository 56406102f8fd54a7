import { expect } from "expect";
import { makeCertificate } from "../../../tests/kit/certificate.ts";
import { HttpEndpoint } from "./http_connector_exchange.ts";
import { Stop } from "./http_connector_stop.ts";

const request = (): Parameters<HttpEndpoint["exchange"]>[0] => ({
  method: "POST",
  headers: [["Mcp-Method", "ping"]],
  body: "{}",
  stop: new Stop(),
  timeoutMs: 5000,
});

Deno.test("HttpEndpoint.exchange() speaks TLS, and only to whom it trusts", async () => {
  const { cert, key } = await makeCertificate();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen: () => {} },
    (incoming) => new Response(incoming.headers.get("mcp-method")),
  );
  const url = `https://127.0.0.1:${server.addr.port}/mcp`;
  const trusting = new HttpEndpoint(url, { caCerts: [cert] });
  try {
    expect(await (await trusting.exchange(request())).text()).toBe("ping");
    await expect(new HttpEndpoint(url).exchange(request()))
      .rejects.toMatchObject({ name: "UpstreamError", code: "tls" });
  } finally {
    trusting.close();
    trusting.close();
    await server.shutdown();
  }
});

Deno.test("HttpEndpoint.exchange() tells apart why there was no answer", async (t) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const endpoint = new HttpEndpoint(`http://127.0.0.1:${port}/`);
  const accepted: Deno.Conn[] = [];
  try {
    await t.step("a server that hangs up", async () => {
      const exchange = endpoint.exchange(request());
      (await listener.accept()).close();
      await expect(exchange).rejects.toMatchObject({ code: "ended" });
    });
    await t.step("a server that says nothing", async () => {
      const exchange = endpoint.exchange({ ...request(), timeoutMs: 50 });
      accepted.push(await listener.accept());
      await expect(exchange).rejects.toMatchObject({ code: "timeout" });
    });
    await t.step("who asked gave up, then and before", async () => {
      const stop = new Stop();
      const exchange = endpoint.exchange({ ...request(), stop });
      accepted.push(await listener.accept());
      stop.end();
      await expect(exchange).rejects.toMatchObject({ code: "aborted" });
      await expect(endpoint.exchange({ ...request(), stop }))
        .rejects.toMatchObject({ code: "aborted" });
    });
    await t.step("a server that speaks no HTTP", async () => {
      const exchange = endpoint.exchange(request());
      const conn = await listener.accept();
      accepted.push(conn);
      await conn.write(new TextEncoder().encode("220 mail.example ESMTP\r\n"));
      await expect(exchange).rejects.toMatchObject({ code: "ended" });
    });
  } finally {
    for (const conn of accepted) conn.close();
    listener.close();
  }
  await t.step("nobody there", async () => {
    await expect(endpoint.exchange(request())).rejects.toMatchObject({ code: "refused" });
  });
  await t.step("a name without an address", async () => {
    const nowhere = new HttpEndpoint("http://nowhere.invalid/");
    await expect(nowhere.exchange(request())).rejects.toMatchObject({ code: "dns" });
  });
});

Deno.test("Stop ends the step that goes on and every later one, and a step only itself", () => {
  const stop = new Stop();
  const first = stop.step();
  first.abort();
  expect(stop.ended).toBe(false);
  const second = stop.step();
  expect(second.signal.aborted).toBe(false);
  stop.end();
  expect([stop.ended, second.signal.aborted, stop.step().signal.aborted])
    .toEqual([true, true, true]);
});
