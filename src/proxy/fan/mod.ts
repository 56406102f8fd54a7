// The fan room: several servers behind one session, as one channel. It routes and names; all judging is the session's.
export { FanChannel } from "./fan_channel.ts";
export type { FanOptions } from "./fan.ts";
export type { FanServer } from "./link.ts";
export type { FanAbout } from "./merge.ts";
