// Guards that are broken on purpose, each in one place where an answer could go astray.

import { idKey, type PendingRequest } from "../../src/proxy/pending.ts";
import type { MessageInfo } from "../../src/proxy/transports/mod.ts";
import { writeJson } from "../../src/wire/mod.ts";
import type { Place, Spoil } from "./world.ts";

/** Does something to every session. */
const each = (spoil: (place: Place) => void): Spoil => (places) => places.forEach(spoil);

/** What is broken, and how. */
export const SPOILS: Readonly<Record<string, Spoil>> = {
  "one table of calls for all clients": (places) => {
    const { calls } = places[0]!.session;
    for (const { session } of places) Object.assign(session, { calls });
  },
  "ids that are given out again": each(({ session }) => {
    let n = 0;
    session.calls.nextId = () => 10 + (n++ % 2);
  }),
  "an answer that does not end its call": each(({ session }) => {
    session.calls.take = (id) => session.calls.byGuardId(id);
  }),
  "numbers and strings that are one id": each(({ session }) => {
    const { calls } = session;
    const strict = calls.byGuardId.bind(calls);
    const byNumber = new Map<number, PendingRequest>();
    const add = calls.add.bind(calls);
    calls.add = (request) => {
      byNumber.set(request.guardId, request);
      add(request);
    };
    calls.byGuardId = (id) => {
      const found = byNumber.get(Number(typeof id === "string" ? id : id.raw));
      return strict(id) ?? (found !== undefined && calls.holds(found) ? found : undefined);
    };
  }),
  "questions under ids that are given out again": each(({ session }) => {
    session.asks.nextId = () => 1;
  }),
  "progress that outlives its call": each(({ session: { calls } }) => {
    const known = new Map<string, PendingRequest>();
    const add = calls.add.bind(calls);
    calls.add = (request) => {
      if (request.progressKey !== null) known.set(request.progressKey, request);
      add(request);
    };
    calls.byProgress = (key) => known.get(key);
    calls.reports = () => true;
  }),
  "an answer that goes to the client that asked under its id last": (places) => {
    const last = new Map<string, Place>();
    for (const place of places) {
      const { session } = place;
      const add = session.calls.add.bind(session.calls);
      session.calls.add = (request) => {
        last.set(String(request.peerId), place);
        add(request);
      };
      const toClient = session.toClient.bind(session);
      session.toClient = (tree, related) => {
        const other = tree.has("method") ? undefined : last.get(String(tree.get("id")));
        if (other === undefined || other === place) toClient(tree, related);
        else other.session.options.client.send(writeJson(tree), { kind: "response" });
      };
    }
  },
  "an answer that goes to the POST that waits longest": each(({ session }) => {
    const { client } = session.options;
    const send = client.send.bind(client);
    const waiting: string[] = [];
    const add = session.calls.add.bind(session.calls);
    session.calls.add = (request) => {
      waiting.push(idKey(request.peerId));
      add(request);
    };
    client.send = (text, about?: MessageInfo) => {
      if (client.transport !== "http" || about?.kind !== "response") return send(text, about);
      const id = waiting.shift();
      return send(text, id === undefined ? about : { ...about, id });
    };
  }),
};
