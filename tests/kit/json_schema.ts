// The part of JSON Schema (draft 2020-12) that the policy's schema uses, checked the plain way.

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  integer: Number.isInteger,
  number: (value) => typeof value === "number",
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
};

/** Validates by the keywords that the schema uses; any other keyword is a failure of the test itself. */
export function violations(schema: Record<string, unknown>, value: unknown, at = "$"): string[] {
  const out: string[] = [];
  const bad = (keyword: string, holds: boolean): void =>
    void (holds || out.push(`${at} ${keyword}`));
  const bound = (limit: unknown, of: number, least: boolean): boolean =>
    least ? of >= (limit as number) : of <= (limit as number);
  const checks: Record<string, (rule: unknown) => void> = {
    $schema: () => {},
    ...{ title: () => {}, description: () => {}, examples: () => {}, default: () => {} },
    type: (rule) => bad("type", TYPES[rule as string]!(value)),
    const: (rule) => bad("const", value === rule),
    enum: (rule) => bad("enum", (rule as unknown[]).includes(value)),
    minimum: (rule) => bad("minimum", bound(rule, value as number, true)),
    maximum: (rule) => bad("maximum", bound(rule, value as number, false)),
    minLength: (rule) => bad("minLength", bound(rule, (value as string).length, true)),
    maxLength: (rule) => bad("maxLength", bound(rule, (value as string).length, false)),
    minItems: (rule) => bad("minItems", bound(rule, (value as unknown[]).length, true)),
    maxItems: (rule) => bad("maxItems", bound(rule, (value as unknown[]).length, false)),
    required: (rule) =>
      (rule as string[]).forEach((key) =>
        bad(`required ${key}`, Object.hasOwn(Object(value), key))
      ),
    additionalProperties: (rule) => {
      // A mapping in which anything may stand, such as arguments of a call.
      if (isObject(rule) && Object.keys(rule).length === 0) return;
      if (rule !== false) throw new Error("an open object");
      const known = Object.keys(schema.properties as object);
      Object.keys(Object(value)).forEach((key) => bad(`unknown ${key}`, known.includes(key)));
    },
    propertyNames: (rule) =>
      Object.keys(Object(value)).forEach((key) =>
        out.push(...violations(rule as Record<string, unknown>, key, `${at} key`))
      ),
    properties: (rule) => {
      for (const [key, inner] of Object.entries(rule as Record<string, Record<string, unknown>>)) {
        if (!isObject(value) || !Object.hasOwn(value, key)) continue;
        out.push(...violations(inner, value[key], `${at}.${key}`));
      }
    },
    items: (rule) =>
      (Array.isArray(value) ? value : []).forEach((item, i) =>
        out.push(...violations(rule as Record<string, unknown>, item, `${at}[${i}]`))
      ),
    anyOf: (rule) =>
      bad(
        "anyOf",
        (rule as Record<string, unknown>[]).some((one) => violations(one, value, at).length === 0),
      ),
  };
  for (const [keyword, rule] of Object.entries(schema)) {
    if (!Object.hasOwn(checks, keyword)) throw new Error(`unknown keyword ${keyword} at ${at}`);
    checks[keyword]!(rule);
  }
  return out;
}
