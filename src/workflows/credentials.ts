import type { Secrets } from "#src/secrets/secrets.ts";
import type { FindCredential } from "#src/sources/sources.ts";
import type { Store } from "#src/store/store.ts";

/** What stored Git credentials depend on. */
export interface CredentialDeps {
  readonly store: Store;
  readonly secrets: Secrets;
}

const secretName = (userName: string, host: string) => `git/${userName}/${host}`;

/** Finds a user's stored credentials, host by host. */
export function credentialsOf({ store, secrets }: CredentialDeps, userName: string): FindCredential {
  return async (host) => {
    const credential = await store.of(userName).findGitCredential(host);
    const password = credential && (await secrets.get(secretName(userName, host)));
    return credential && password !== undefined ? { userName: credential.userName, password } : undefined;
  };
}

/** Stores a credential; the password goes to the secrets, the rest to the store. The same host again replaces it. */
export async function putCredential(
  { store, secrets }: CredentialDeps,
  userName: string,
  credential: { host: string; userName: string; password: string; createdAt: Date },
): Promise<void> {
  const { password, ...record } = credential;
  await secrets.put(secretName(userName, credential.host), password);
  await store.of(userName).putGitCredential(record);
}

/** Forgets a credential; answers whether there was one. */
export async function deleteCredential(
  { store, secrets }: CredentialDeps,
  userName: string,
  host: string,
): Promise<boolean> {
  await secrets.delete(secretName(userName, host));
  return store.of(userName).deleteGitCredential(host);
}
