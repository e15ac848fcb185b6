import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import ipaddr from "ipaddr.js";

import type { Clock } from "#src/clock.ts";
import type { TlsSetting } from "#src/config.ts";
import { AweError, errorText } from "#src/errors.ts";
import { makePrivateFolder, readPrivateFile, writePrivateFile } from "#src/secrets/private-files.ts";

/** A certificate and its key, as PEM, for `https.createServer`. */
export interface TlsPair {
  readonly cert: string;
  readonly key: string;
  /** What to tell whoever starts AWE, in whole lines; empty for a pair that was given. */
  readonly notice: readonly string[];
}

/** Public authorities give no more than 398 days, and some clients take no more (CA/Browser Forum, 6.3.2). */
const VALID_DAYS = 397;

/** A pair with less than that to go is made anew at the next start. */
const RENEW_DAYS = 30;

const DAY_MS = 24 * 3_600_000;

/** What a pair depends on. */
export interface TlsDeps {
  readonly dataFolder: string;
  /** What AWE listens on: a host name, an address, or a wildcard. */
  readonly host: string;
  readonly clock: Clock;
}

/**
 * The certificate that AWE shows, `undefined` for plain HTTP. Called once, before worker processes are started.
 *
 * Without a pair of its own an AWE that other machines reach makes one and keeps it (`tls/`, the key with mode 600), so
 * that it shows the same fingerprint after each start. It is made anew when it ends soon or AWE listens on another host.
 *
 * @throws {AweError} `invalid_request` if a pair that was given cannot be used.
 */
export async function tlsPair(deps: TlsDeps, setting: TlsSetting): Promise<TlsPair | undefined> {
  switch (setting.kind) {
    case "off":
      return undefined;
    case "files":
      return givenPair(deps, setting.certFile, setting.keyFile);
    case "self-signed":
      return ownPair(deps);
  }
}

async function givenPair({ clock }: TlsDeps, certFile: string, keyFile: string): Promise<TlsPair> {
  const refuse = (fault: string, cause?: unknown) =>
    new AweError("invalid_request", `AWE_TLS_CERT=${certFile} and AWE_TLS_KEY=${keyFile} cannot be used: ${fault}`, {
      cause,
    });
  let pair;
  let certificate;
  try {
    pair = { cert: await readFile(certFile, "utf8"), key: await readFile(keyFile, "utf8") };
    // Throws unless both are PEM and the key is the certificate's.
    createSecureContext(pair);
    certificate = new X509Certificate(pair.cert);
  } catch (thrown) {
    throw refuse(errorText(thrown), thrown);
  }
  if (certificate.validToDate.getTime() <= clock.now().getTime()) {
    throw refuse(`the certificate ended at ${certificate.validToDate.toISOString()}`);
  }
  return { ...pair, notice: [] };
}

async function ownPair(deps: TlsDeps): Promise<TlsPair> {
  const folder = join(deps.dataFolder, "tls");
  const keyPath = join(folder, "key.pem");
  const certPath = join(folder, "cert.pem");
  const kept = await keptPair(deps, keyPath, certPath);
  const pair = kept ?? (await newPair(deps));
  if (!kept) {
    await makePrivateFolder(folder);
    // Should AWE be killed between the two, they do not fit together, and the next start makes both anew.
    await writePrivateFile(keyPath, pair.key);
    await writePrivateFile(certPath, pair.cert);
  }
  return {
    ...pair,
    notice: [
      `AWE listens on ${deps.host} and no certificate was given (AWE_TLS_CERT, AWE_TLS_KEY), so it ${kept ? "uses its" : "has made a"} self-signed one.`,
      `Its SHA-256 fingerprint is ${new X509Certificate(pair.cert).fingerprint256}`,
      `Clients trust it by a copy of ${certPath}: \`curl --cacert FILE\`, or NODE_EXTRA_CA_CERTS=FILE for \`awe\`.`,
      "Where a proxy in front of AWE ends TLS, set AWE_BEHIND_PROXY=1 instead.",
    ],
  };
}

async function keptPair(
  { host, clock }: TlsDeps,
  keyPath: string,
  certPath: string,
): Promise<{ cert: string; key: string } | undefined> {
  const [key, cert] = [await readPrivateFile(keyPath), await readPrivateFile(certPath)];
  if (key === undefined || cert === undefined) return undefined;
  try {
    createSecureContext({ key, cert });
    const certificate = new X509Certificate(cert);
    const lasts = certificate.validToDate.getTime() - clock.now().getTime() > RENEW_DAYS * DAY_MS;
    const fits = namesFor(host).every((name) =>
      ipaddr.isValid(name) ? certificate.checkIP(name) !== undefined : certificate.checkHost(name) !== undefined,
    );
    return lasts && fits ? { key, cert } : undefined;
  } catch {
    return undefined;
  }
}

async function newPair({ host, clock }: TlsDeps): Promise<{ cert: string; key: string }> {
  // Loaded here: it takes a tenth of a second that most starts need not pay.
  const { generate } = await import("selfsigned");
  const now = clock.now().getTime();
  const { private: key, cert } = await generate([{ name: "commonName", value: "AWE" }], {
    keyType: "ec",
    algorithm: "sha256",
    // An hour early, for clients whose clock is slow.
    notBeforeDate: new Date(now - 3_600_000),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [...namesFor(host), ...addressesFor(host)].map((name) =>
          ipaddr.isValid(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
        ),
      },
    ],
  });
  return { key, cert };
}

/** What clients surely call this machine: the host that AWE listens on unless it is a wildcard, its name, and itself. */
function namesFor(host: string): readonly string[] {
  return [...new Set([...(isWildcard(host) ? [] : [host]), hostname(), "localhost", "127.0.0.1", "::1"])];
}

/** Behind a wildcard any address of the machine; they come and go, so a pair is not made anew for want of one. */
function addressesFor(host: string): readonly string[] {
  if (!isWildcard(host)) return [];
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .filter((address) => ["unicast", "private", "uniqueLocal"].includes(ipaddr.parse(address).range()));
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
