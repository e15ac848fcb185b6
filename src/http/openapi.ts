import { z } from "zod";

import { OPERATIONS, type Operation } from "./operations.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** What every call may answer instead (design: *Errors*). */
const ErrorSchema = z.object({
  status: z.literal("fail"),
  code: z.string(),
  message: z.string(),
  errors: z.array(
    z.object({
      message: z.string(),
      file: z.string().optional(),
      line: z.number().optional(),
      column: z.number().optional(),
      hint: z.string().optional(),
    }),
  ),
});

const schemaOf = (schema: z.ZodType, io: "input" | "output"): JsonSchema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
};

/**
 * The OpenAPI 3.1 document of AWE's own doors, made from the schemas that check the requests.
 *
 * `prefix` is the path below which AWE is mounted.
 */
export function openApiDocument(version: string, prefix: string): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method] = operationOf(operation);
  }
  return {
    openapi: "3.1.0",
    info: { title: "AWE", version, description: "A Workflow Environment: Cromwell for a whole institution." },
    servers: [{ url: prefix === "" ? "/" : prefix }],
    security: [{ bearer: [] }, { basic: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        basic: { type: "http", scheme: "basic", description: "Any user name, the token as password" },
      },
      schemas: { Error: schemaOf(ErrorSchema, "output") },
    },
  };
}

function operationOf({ path, summary, query, body, answer }: Operation): JsonSchema {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: !z.safeParse(schema, undefined).success,
    ...(z.globalRegistry.get(schema)?.description === undefined
      ? {}
      : { description: z.globalRegistry.get(schema)?.description }),
    schema: schemaOf(schema as z.ZodType, "input"),
  }));
  const content = (type: string, schema: z.ZodType | undefined, io: "input" | "output") => ({
    [type]: schema === undefined ? {} : { schema: schemaOf(schema, io) },
  });
  const failed = {
    description: "What went wrong, where, and what to do",
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
  };
  return {
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            content: Object.assign({}, ...body.types.map((type) => content(type, body.schema, "input"))) as JsonSchema,
          },
        }),
    responses: {
      [answer.status]: {
        description: summary,
        ...(answer.type === "" ? {} : { content: content(answer.type, answer.schema, "output") }),
      },
      default: failed,
    },
  };
}
