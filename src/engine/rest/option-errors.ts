/** The only options that may be objects. */
const OBJECT_OPTIONS = new Set(["default_runtime_attributes", "google_labels"]);

/** What is wrong with workflow options, in Cromwell's words. Unknown ones are right. */
export function optionErrors(options: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(options).flatMap(([key, value]) =>
    isAllowed(key, value)
      ? []
      : [
          "Invalid workflow options provided: " +
            `Unsupported key/value pair in WorkflowOptions: ${key} -> ${JSON.stringify(value)}`,
        ],
  );
}

function isAllowed(key: string, value: unknown): boolean {
  if (Array.isArray(value)) return true;
  if (typeof value === "object") return value !== null && OBJECT_OPTIONS.has(key);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
