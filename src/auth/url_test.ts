import { expect } from "expect";
import { credentialInUrl } from "./url.ts";

Deno.test("credentialInUrl() finds keys and tokens in query, fragment and user information", () => {
  const refused = [
    "/mcp?api_key=ALICE",
    "/mcp?x=1&API_KEY=ALICE",
    "/mcp?apikey=a",
    "/mcp?api-key=a",
    "/mcp?X-API-Key=a",
    "/ws?key=a",
    "/ws?token=a",
    "/ws?access_token=a",
    "/ws?Authorization=Bearer%20a",
    "/ws?a=b;token=a",
    "/ws?%61ccess_tok%65n=a",
    "/ws#access_token=a",
    "/ws?q=1#token=a",
    "/ws??token=a",
    "/ws?token",
    "ws://alice:secret@localhost:8787/ws",
    "http://secret@localhost/mcp",
  ];
  for (const url of refused) expect([url, credentialInUrl(url)]).toEqual([url, true]);
});

Deno.test("credentialInUrl() passes other parameters and an @ in a path", () => {
  const passed = [
    "/ws",
    "/ws?",
    "/mcp?session=1&monkey=2&tokens=3",
    "/mcp?x=token",
    "/files/@scope/key=1",
    "http://localhost/users/@me?keyboard=us",
    "/ws?%zz=1",
  ];
  for (const url of passed) expect([url, credentialInUrl(url)]).toEqual([url, false]);
});
