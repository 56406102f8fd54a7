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
export { connectHttp, type HttpConnectOptions } from "./http_connector.ts";
export { connectSse } from "./http_connector_sse.ts";
export { hostAllowed, originAllowed } from "./origin.ts";
export { UpstreamError } from "./upstream_error.ts";
export { connectWebSocket, type WebSocketConnectOptions } from "./ws_connector.ts";
export { webSocketUpgrade } from "./ws_listener.ts";
