import type { Context } from "hono";
import { z } from "zod";

import { AweError } from "#src/errors.ts";
import { deleteCredential, putCredential } from "#src/workflows/credentials.ts";
import { assertFits, readBody, textOf, type BodyLimit } from "../body.ts";
import type { HttpDeps, HttpEnv } from "../deps.ts";
import { jsonObject } from "../json.ts";
import { bodyOf } from "../request-body.ts";

/** A credential's body is a name and a token. */
const CREDENTIAL_LIMIT: BodyLimit = { bytes: 16_384 };

/** What `PUT /awe/v1/credentials/{host}` takes. */
export const CredentialSchema = z.strictObject({
  userName: z.string().min(1).max(255).describe("User name at the Git host; many hosts take any for a token"),
  password: z.string().min(1).max(8_192).describe("Password or access token; never shown again"),
});

/** What every file system takes, with room for what tasks add to a name. */
const LONGEST_NAME = 200;

/** A host, with a port where it is not the usual one. */
const HOST = /^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?(:\d{1,5})?$/;

/** `GET /awe/v1/me`: who the caller is to AWE, and how the caller's engine stands. */
export async function getMe(deps: HttpDeps, c: Context<HttpEnv>): Promise<Response> {
  const principal = c.get("principal");
  const engine = await deps.fleet.state(principal.userName);
  return c.json({
    user: principal.userName,
    lab: principal.lab,
    admin: principal.admin,
    issuer: principal.issuer,
    subject: principal.subject,
    isolation: deps.isolation,
    engine:
      engine.kind === "broken"
        ? { state: engine.kind, reason: engine.reason, retryAt: engine.retryAt.toISOString() }
        : { state: engine.kind },
    version: deps.version,
  });
}

/** `POST /awe/v1/uploads?name=reads.fastq`: the body is the file; the answer's `input` is what an inputs file names. */
export async function postUpload(deps: HttpDeps, c: Context<HttpEnv>): Promise<Response> {
  const { userName } = c.get("principal");
  const name = c.req.query("name") ?? "";
  if (!/^[^/\\\p{Cc}]+$/u.test(name) || Buffer.byteLength(name) > LONGEST_NAME || name === "." || name === "..") {
    throw new AweError(
      "invalid_request",
      `An upload needs ?name=, a file name without slashes or control characters, ${LONGEST_NAME} bytes at most.`,
    );
  }
  assertFits(c, { bytes: deps.limits.uploadBytes, setting: "AWE_MAX_UPLOAD" });
  const uploadId = deps.ids.uuid();
  const { sizeBytes, sha256 } = await deps.objects.receive(
    userName,
    uploadId,
    name,
    bodyOf(c),
    deps.limits.uploadBytes,
  );
  await deps.store.of(userName).addUpload({ uploadId, name, sizeBytes, sha256, createdAt: deps.clock.now() });
  return c.json({ id: uploadId, name, sizeBytes, sha256, input: `awe-upload:${uploadId}/${name}` }, 201);
}

/** `GET /awe/v1/credentials`: hosts and user names, never passwords. */
export async function listCredentials(deps: HttpDeps, c: Context<HttpEnv>): Promise<Response> {
  const { userName } = c.get("principal");
  const items = await deps.store.of(userName).listGitCredentials();
  return c.json({ items: items.map(({ createdAt, ...rest }) => ({ ...rest, createdAt: createdAt.toISOString() })) });
}

/** `PUT /awe/v1/credentials/{host}`: stores a name and password for private repositories of that host. */
export async function putCredentialRoute(deps: HttpDeps, c: Context<HttpEnv>, host: string): Promise<Response> {
  const { userName } = c.get("principal");
  if (!HOST.test(host))
    throw new AweError(
      "invalid_request",
      "A credential is stored for a lower-case host name, such as git.example.org or git.example.org:8443.",
    );
  const body = jsonObject(textOf(await readBody(c, CREDENTIAL_LIMIT), "The body"), "The body");
  const parsed = CredentialSchema.safeParse(body);
  if (!parsed.success) {
    const findings = parsed.error.issues.map((issue) => ({
      message: `${issue.path.join(".") || "The body"}: ${issue.message}`,
    }));
    throw new AweError("invalid_request", findings.map(({ message }) => message).join("; "), { findings });
  }
  await putCredential(deps, userName, { host, ...parsed.data, createdAt: deps.clock.now() });
  return c.json({ host, userName: parsed.data.userName });
}

/** `DELETE /awe/v1/credentials/{host}`. */
export async function deleteCredentialRoute(deps: HttpDeps, c: Context<HttpEnv>, host: string): Promise<Response> {
  const { userName } = c.get("principal");
  const existed = HOST.test(host) && (await deleteCredential(deps, userName, host));
  if (!existed) throw new AweError("not_found", "There is no credential for that host.");
  return c.body(null, 204);
}
