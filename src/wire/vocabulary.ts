// Member names that MCP and JSON Schema themselves define. They say nothing, so results do not offer them to detectors.

/** Names that are not looked at as texts outside of arguments, where every name is the client's own. */
export const VOCABULARY: ReadonlySet<string> = new Set([
  // MCP, all revisions
  ...["_meta", "action", "annotations", "arguments", "audience", "baseUrl", "blob", "cacheScope"],
  ...["capabilities", "clientInfo", "code", "completion", "completions", "content", "contents"],
  ...["createdAt", "data", "description", "destructiveHint", "elicitation", "elicitationId"],
  ...["elicitations", "error", "execution", "experimental", "extensions", "form", "frontmatter"],
  ...["hasMore", "icons", "id", "idempotentHint", "input", "inputRequests", "inputSchema"],
  ...["instructions", "isError", "lastModified", "lastUpdatedAt", "level", "list", "listChanged"],
  ...["logger", "logging", "message", "messages", "method", "mimeType", "mode", "model", "name"],
  ...["nextCursor", "notifications", "openWorldHint", "outputSchema", "params", "pollInterval"],
  ...["priority", "progress", "progressToken", "prompts", "protocolVersion", "readOnlyHint"],
  ...["reason", "requestId", "requestState", "requests", "requestedSchema", "resource"],
  ...["resourceTemplates", "resources", "result", "resultType", "role", "roots", "sampling"],
  ...["serverInfo", "size", "sizes", "src", "status", "statusMessage", "stopReason"],
  ...["structuredContent", "subscribe", "supportedVersions", "task", "taskId", "taskSupport"],
  ...["tasks", "text", "theme", "title", "toolUseId", "tools", "total", "ttl", "ttlMs", "type"],
  ...["uri", "uriTemplate", "url", "values", "version", "websiteUrl"],
  // JSON Schema 2020-12 and draft 7
  ...["$anchor", "$comment", "$defs", "$dynamicRef", "$id", "$ref", "$schema", "$vocabulary"],
  ...["additionalItems", "additionalProperties", "allOf", "anyOf", "const", "contains"],
  ...["contentEncoding", "contentMediaType", "default", "definitions", "dependentRequired"],
  ...["dependentSchemas", "deprecated", "else", "enum", "enumNames", "examples"],
  ...["exclusiveMaximum", "exclusiveMinimum", "format", "if", "items", "maxContains"],
  ...["maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems"],
  ...["minLength", "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern"],
  ...["patternProperties", "prefixItems", "properties", "propertyNames", "readOnly", "required"],
  ...["then", "unevaluatedItems", "unevaluatedProperties", "uniqueItems", "writeOnly"],
]);
