// The transports room: sockets and frames, no decisions.
export * from "./channel.ts";
export {
  header,
  HttpProblem,
  type HttpReply,
  type HttpRequest,
  type HttpViolation,
  type ReplyStream,
  type ReplyWriter,
} from "./http_message.ts";
export { type HttpListener, type HttpListenOptions, listen } from "./http_listener.ts";
export { ChildChannel } from "./child_channel.ts";
export type { ChildExit } from "./child_exit.ts";
export { CHILD_LIMITS, type ChildLimits } from "./child_limits.ts";
export { type ChildOptions, spawnChild } from "./child_process.ts";
export { CrashLoop } from "./crash_loop.ts";
export { connectHttp, type HttpConnectOptions } from "./http_connector.ts";
export { decodeHeaderValue } from "./http_connector_headers.ts";
export { connectSse } from "./http_connector_sse.ts";
export { hostAllowed, originAllowed } from "./origin.ts";
export { STDIO_LIMITS, type StdioLimits } from "./stdio_limits.ts";
export { stdioServerChannel, type StdioServerOptions } from "./stdio_server.ts";
export { UpstreamError } from "./upstream_error.ts";
export { connectWebSocket, type WebSocketConnectOptions } from "./ws_connector.ts";
export { webSocketUpgrade } from "./ws_listener.ts";
