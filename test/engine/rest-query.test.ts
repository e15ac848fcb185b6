import { afterAll, beforeAll, expect, test } from "vitest";

import { EngineProcess } from "./support/engine-process.ts";

const QUERY = "/api/workflows/v1/query";

interface Listing {
  readonly results: readonly Record<string, unknown>[];
  readonly totalResultsCount: number;
}

let engine: EngineProcess;
const ids: Record<string, string> = {};

beforeAll(async () => {
  engine = await new EngineProcess().start();
  for (const [name, labels] of [
    ["alpha", { team: "red", kind: "a:b" }],
    ["beta", { team: "red" }],
    ["gamma", { team: "blue" }],
  ] as const) {
    ids[name] = await engine.submit({
      workflowSource: `version 1.0\nworkflow ${name} { Int x = 1 }`,
      labels: JSON.stringify(labels),
      ...(name === "gamma" ? { workflowOnHold: "true" } : {}),
    });
    if (name !== "gamma") await engine.ended(ids[name]);
  }
});

afterAll(async () => {
  await engine.remove();
});

async function names(query: string): Promise<readonly unknown[]> {
  const { results } = (await engine.get(`${QUERY}?${query}`)).json as Listing;
  return results.map(({ id }) => Object.entries(ids).find(([, known]) => known === id)?.[0]);
}

test("lists the newest first, without absent values", async () => {
  const { results, totalResultsCount } = (await engine.get(QUERY)).json as Listing;
  expect(totalResultsCount).toBe(3);
  expect(Object.keys(results[0] ?? {}).sort()).toEqual(["id", "metadataArchiveStatus", "status", "submission"]);
  expect(results[1]).toMatchObject({ name: "beta", status: "Succeeded", metadataArchiveStatus: "Unarchived" });
  expect(await names("newestFirst=false")).toEqual(["alpha", "beta", "gamma"]);
});

test.for([
  ["status=on%20hold", ["gamma"]],
  ["STATUS=Succeeded&status=Failed", ["beta", "alpha"]],
  ["name=alpha&name=beta", ["beta", "alpha"]],
  ["label=team:red&label=kind:a:b", ["alpha"]],
  ["labelor=kind:a:b&labelOr=team:blue", ["gamma", "alpha"]],
  ["excludeLabelAnd=team:red&excludeLabelAnd=kind:a:b", ["gamma", "beta"]],
  ["excludeLabelOr=team:red", ["gamma"]],
  ["submission=2020-01-01T00:00Z", ["gamma", "beta", "alpha"]],
  ["submission=2999-01-01T00:00%2B01:00", []],
  ["end=2999-01-01T00:00:00.000Z", ["beta", "alpha"]],
  ["pagesize=1", ["gamma"]],
  ["pageSize=1&page=3", ["alpha"]],
  ["page=3", ["gamma", "beta", "alpha"]],
  ["includeSubworkflows=False", ["gamma", "beta", "alpha"]],
  ["metadataArchiveStatus=Archived", []],
] as const)("finds by %s", async ([query, expected]) => {
  expect(await names(query)).toEqual(expected);
});

test("counts everything, whatever the page", async () => {
  const { results, totalResultsCount } = (await engine.get(`${QUERY}?pageSize=1&page=2`)).json as Listing;
  expect([results.length, totalResultsCount]).toEqual([1, 3]);
});

test("finds by id, and adds labels when asked", async () => {
  const { results } = (await engine.get(`${QUERY}?id=${ids["alpha"]}&additionalQueryResultFields=labels`))
    .json as Listing;
  expect(results).toHaveLength(1);
  expect(results[0]?.["labels"]).toEqual({
    "cromwell-workflow-id": `cromwell-${ids["alpha"]}`,
    kind: "a:b",
    team: "red",
  });
});

test("takes the same query as a body of texts", async () => {
  const post = (body: string) => engine.call("POST", QUERY, { headers: { "content-type": "application/json" }, body });
  const found = (await post('[{"status": "Succeeded"}, {"label": "kind:a:b"}, {"pageSize": "10"}]')).json as Listing;
  expect(found.results.map(({ id }) => id)).toEqual([ids["alpha"]]);
  const number = await post('[{"pageSize": 10}]');
  expect(number.status).toBe(400);
  expect(number.text).toMatch(/^The request content was malformed:\n/);
  expect((await post("{}")).status).toBe(400);
});

test.for([
  ["what=1", "Unrecognized query keys: what"],
  ["status=Odd", "Unrecognized status values: Odd"],
  ["start=yesterday", "Value given for start date does not parse as a datetime: yesterday"],
  ["start=2024-01-01T00:00", "Value given for start date does not parse as a datetime: 2024-01-01T00:00"],
  ["page=0", "Integer value not greater than 0"],
  ["page=x", "Value given for page does not parse as a integer: x"],
  ["includeSubworkflows=2", "Value given for include subworkflows does not parse as a boolean: 2"],
  ["name=1x", "Name values do not match allowed workflow naming pattern: 1x"],
  ["id=x", "Id values do match allowed workflow id pattern: invalid Id value: 'x'"],
  ["label=x", "Label values do not match allowed pattern label-key:label-value: x"],
  ["additionalQueryResultFields=x", "Keys should be from List(labels, parentWorkflowId). Unrecognized values: x"],
  ["start=2024-01-01T00:00Z&start=2024-01-01T00:00Z", "Found 2 values for key 'Start' but at most one is allowed."],
  [
    "start=2024-01-02T00:00Z&end=2024-01-01T00:00Z",
    "Specified start date is after specified end date: start: 2024-01-02T00:00Z, end: 2024-01-01T00:00Z",
  ],
] as const)("refuses %s", async ([query, message]) => {
  const answer = await engine.get(`${QUERY}?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.text).toBe(JSON.stringify({ status: "fail", message }, undefined, 2));
});
