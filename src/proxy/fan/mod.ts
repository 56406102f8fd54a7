// The fan room: several servers behind one session, as one channel. It routes and names; all judging is the session's.
export { FanChannel } from "./fan_channel.ts";
export { isHandshake } from "./gatherings.ts";
export type { FanOptions } from "./fan.ts";
export type { FanServer } from "./link.ts";
export { type FanAbout, joinInstructions } from "./merge.ts";
