import { describe, expect, test } from "vitest";

import type { User } from "#src/model/user.ts";

import { at, NOON } from "./fixture-values.ts";
import { eachWithStore } from "./fixture.ts";
import type { Database } from "./fixture.ts";

/** Users, uploads and credentials. */
export function describeRecords(make: () => Promise<Database>): void {
  const alice: User = {
    name: "alice",
    lab: "genomics",
    issuer: "https://id.example/v2.0",
    subject: "tenant/00aa",
    createdAt: NOON,
  };

  describe("users", () => {
    const fixture = eachWithStore(make);

    test("are found by name and by subject", async () => {
      expect(await fixture.store.users.add(alice)).toBe(true);
      expect(await fixture.store.users.find("alice")).toEqual(alice);
      expect(await fixture.store.users.findBySubject(alice.issuer, alice.subject)).toEqual(alice);
    });

    test.each([
      ["name", { subject: "someone" }],
      ["subject", { name: "bob" }],
    ])("keep a %s that is taken", async (_, changes) => {
      await fixture.store.users.add(alice);
      expect(await fixture.store.users.add({ ...alice, ...changes, lab: "other" })).toBe(false);
      expect(await fixture.store.users.find("alice")).toEqual(alice);
      expect(await fixture.store.users.find("bob")).toBeUndefined();
    });

    test("are told apart by case, trailing space and issuer", async () => {
      await fixture.store.users.add(alice);
      const { users } = fixture.store;
      expect(await users.findBySubject(alice.issuer, "tenant/00AA")).toBeUndefined();
      expect(await users.findBySubject(alice.issuer, "tenant/00aa ")).toBeUndefined();
      expect(await users.findBySubject("https://id.example", alice.subject)).toBeUndefined();
      expect(await users.add({ ...alice, name: "alice2", subject: "tenant/00AA" })).toBe(true);
      expect(await users.add({ ...alice, name: "alice3", subject: "tenant/00aa " })).toBe(true);
    });

    test("have subjects of 255 characters, and none that would be cut", async () => {
      const subject = "ö".repeat(255);
      expect(await fixture.store.users.add({ ...alice, subject })).toBe(true);
      expect(await fixture.store.users.findBySubject(alice.issuer, subject)).toMatchObject({ subject });
      await expect(fixture.store.users.add({ ...alice, name: "bob", subject: `${subject}x` })).rejects.toMatchObject({
        code: "invalid_request",
      });
    });
  });

  describe("uploads", () => {
    const fixture = eachWithStore(make);
    const upload = {
      uploadId: "7d0c1d0e-0000-4000-8000-000000000001",
      name: "größe 1.txt",
      sizeBytes: 9_000_000_000_000,
      sha256: "e".repeat(64),
      createdAt: at(3),
    };

    test("are found by their owner only", async () => {
      await fixture.store.of("alice").addUpload(upload);
      expect(await fixture.store.of("alice").findUpload(upload.uploadId)).toEqual(upload);
      expect(await fixture.store.of("bob").findUpload(upload.uploadId)).toBeUndefined();
      expect(await fixture.store.of("alice").findUpload("x")).toBeUndefined();
    });
  });

  describe("credentials for Git", () => {
    const fixture = eachWithStore(make);

    test("are one per host, replaced, listed by host and deleted, per user", async () => {
      const mine = fixture.store.of("alice");
      await mine.putGitCredential({ host: "git.example", userName: "al", createdAt: at(1) });
      await mine.putGitCredential({ host: "a.example:8443", userName: "al", createdAt: at(2) });
      await mine.putGitCredential({ host: "git.example", userName: "alice", createdAt: at(3) });
      await fixture.store.of("bob").putGitCredential({ host: "git.example", userName: "bob", createdAt: at(4) });
      const replaced = { host: "git.example", userName: "alice", createdAt: at(3) };
      expect(await mine.findGitCredential("git.example")).toEqual(replaced);
      expect(await mine.listGitCredentials()).toEqual([
        { host: "a.example:8443", userName: "al", createdAt: at(2) },
        replaced,
      ]);
      expect(await mine.deleteGitCredential("git.example")).toBe(true);
      expect(await mine.deleteGitCredential("git.example")).toBe(false);
      expect(await mine.findGitCredential("git.example")).toBeUndefined();
      expect(await fixture.store.of("bob").findGitCredential("git.example")).toMatchObject({ userName: "bob" });
    });
  });
}
