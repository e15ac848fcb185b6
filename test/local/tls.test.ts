import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, get } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { systemClock, type Clock } from "#src/clock.ts";
import { tlsPair } from "#src/local/tls.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "awe-tls-"))));
afterEach(() => rm(folder, { recursive: true }));

const deps = (more: { host?: string; clock?: Clock } = {}) => ({
  dataFolder: join(folder, "data"),
  host: "0.0.0.0",
  clock: systemClock,
  ...more,
});

async function selfSigned(more: { host?: string; clock?: Clock } = {}) {
  const pair = await tlsPair(deps(more), { kind: "self-signed" });
  if (!pair) throw new Error("no pair");
  return pair;
}

const later = (days: number): Clock => ({ now: () => new Date(Date.now() + days * 24 * 3_600_000) });

test("has no pair where TLS is off", async () => {
  expect(await tlsPair(deps(), { kind: "off" })).toBeUndefined();
});

test("makes a pair that clients trust by its certificate alone, for name and address", async () => {
  const { cert, key } = await selfSigned();
  const server = createServer({ cert, key }, (_request, response) => response.end("hello"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    for (const host of ["localhost", "127.0.0.1"]) {
      const [response] = (await once(get({ host, port, family: 4, ca: cert, agent: false }), "response")) as [
        import("node:http").IncomingMessage,
      ];
      response.resume();
      expect(response.statusCode).toBe(200);
    }
    await expect(once(get({ host: "localhost", port, family: 4, agent: false }), "response")).rejects.toThrow(
      /self-signed/,
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("keeps the pair from one start to the next, and says its fingerprint and how to trust it", async () => {
  const first = await selfSigned();
  const second = await selfSigned();
  expect(second.cert).toBe(first.cert);
  expect(second.key).toBe(first.key);
  const notice = second.notice.join("\n");
  expect(notice).toContain(new X509Certificate(first.cert).fingerprint256);
  expect(notice).toContain(join(folder, "data", "tls", "cert.pem"));
  expect(notice).toContain("AWE_TLS_CERT");
  expect(notice).toContain("AWE_BEHIND_PROXY=1");
  expect(notice).not.toContain("PRIVATE");
  for (const name of ["key.pem", "cert.pem"]) {
    expect((await stat(join(folder, "data", "tls", name))).mode & 0o777).toBe(0o600);
  }
  expect((await stat(join(folder, "data", "tls"))).mode & 0o777).toBe(0o700);
});

test("makes the pair anew when it ends soon, when the host is another, and when it is damaged", async () => {
  const first = await selfSigned();
  expect((await selfSigned({ clock: later(300) })).cert).toBe(first.cert);
  const renewed = await selfSigned({ clock: later(380) });
  expect(renewed.cert).not.toBe(first.cert);
  const named = await selfSigned({ host: "10.1.2.3", clock: later(380) });
  expect(named.cert).not.toBe(renewed.cert);
  expect(new X509Certificate(named.cert).checkIP("10.1.2.3")).toBe("10.1.2.3");
  await writeFile(join(folder, "data", "tls", "cert.pem"), "junk");
  expect((await selfSigned({ host: "10.1.2.3" })).cert).not.toBe(named.cert);
});

test("takes a pair that was given, and names the files when it cannot be used", async () => {
  const { cert, key } = await selfSigned();
  const [certFile, keyFile, otherKey] = [join(folder, "c.pem"), join(folder, "k.pem"), join(folder, "o.pem")];
  await writeFile(certFile, cert);
  await writeFile(keyFile, key);
  const given = { kind: "files", certFile, keyFile } as const;
  expect(await tlsPair(deps(), given)).toEqual({ cert, key, notice: [] });
  await expect(tlsPair(deps({ clock: later(400) }), given)).rejects.toThrow(/the certificate ended at/);
  await rm(join(folder, "data"), { recursive: true });
  await selfSigned();
  await writeFile(otherKey, await readFile(join(folder, "data", "tls", "key.pem")));
  for (const wrong of [otherKey, join(folder, "missing.pem"), certFile]) {
    await expect(tlsPair(deps(), { ...given, keyFile: wrong })).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining(`AWE_TLS_KEY=${wrong} cannot be used`) as string,
    });
  }
});
