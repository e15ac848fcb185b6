import type { User } from "#src/model/user.ts";
import type { Users } from "#src/store/store.ts";

/** The store's users in memory, with a count of what was asked. */
export function usersInMemory(...existing: User[]): Users & { asked: string[] } {
  const all = [...existing];
  const asked: string[] = [];
  return {
    asked,
    find: async (name) => {
      asked.push(`find ${name}`);
      return all.find((user) => user.name === name);
    },
    findBySubject: async (issuer, subject) => {
      asked.push(`findBySubject ${issuer} ${subject}`);
      return all.find((user) => user.issuer === issuer && user.subject === subject);
    },
    add: async (user) => {
      asked.push(`add ${user.name}`);
      const taken = all.some(
        ({ name, issuer, subject }) => name === user.name || (issuer === user.issuer && subject === user.subject),
      );
      if (!taken) all.push(user);
      return !taken;
    },
  };
}
