import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { afterEach, expect, test } from "vitest";

import { standInJava } from "../fleet/fixture.ts";
import { isAlive, until } from "../fleet/processes.ts";
import { inlineForm, removeFolder, startGateway, stateFolder, type Gateway } from "../support/gateway.ts";
import { isRoot } from "../support/require.ts";
import { HELLO } from "./wdl.ts";

let gateway: Gateway;

afterEach(async () => {
  await gateway.stop();
  await removeFolder(gateway.dataFolder);
});

async function start(isolation: "account" | "none"): Promise<void> {
  const dataFolder = await stateFolder();
  const folder = dirname(dataFolder);
  const jar = join(folder, "cromwell.jar");
  await writeFile(jar, "");
  gateway = await startGateway(dataFolder, {
    CROMWELL_JAR: jar,
    AWE_JAVA: await standInJava(folder),
    AWE_ISOLATION: isolation,
    AWE_LOG: "info",
  });
}

const submit = (user: string) => gateway.as(user, `/${user}/hello`, { method: "POST", body: inlineForm(HELLO) });

const enginePids = () => [...gateway.log().matchAll(/"engine\.started".*"pid":(\d+)/g)].map(([, pid]) => Number(pid));

test("runs workflows by Cromwell's jar, for one user only, since anybody can reach its port", async () => {
  await start(isRoot() ? "account" : "none");
  expect((await submit("alice")).status).toBe(200);
  expect((await gateway.ended("alice", "hello")).phase).toBe("succeeded");
  const second = await submit("bob");
  if (!isRoot()) return expect(second.status).toBe(200);
  expect([second.status, await second.json()]).toEqual([
    403,
    expect.objectContaining({ message: expect.stringMatching(/one user only.*CROMWELL_JAR/) as string }),
  ]);
});

test("serves several users by Cromwell's jar where that is accepted, and ends Java with a killed gateway", async () => {
  await start("none");
  for (const user of ["alice", "bob"]) {
    expect((await submit(user)).status).toBe(200);
    expect((await gateway.ended(user, "hello")).phase).toBe("succeeded");
  }
  const pids = enginePids();
  expect(pids).toHaveLength(2);
  await gateway.kill();
  await until("both are gone", () => !pids.some(isAlive), 2_000);
});
