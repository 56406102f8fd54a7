// The shared room: one program that serves the sessions of all clients. It routes and names; all judging is a session's.
export { Member, SLOW_MEMBER } from "./member.ts";
export { SharedServer } from "./shared_server.ts";
export type { Odd, SharedOptions } from "./types.ts";
