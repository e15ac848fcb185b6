import { createHash, randomBytes } from "node:crypto";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { AweError } from "#src/errors.ts";
import type { ByteRange, Objects, OpenBytes } from "#src/objects/objects.ts";

/** An implementation to be held to the contract. */
export interface ObjectsUnderTest {
  readonly objects: Objects;
  /** Two users who may not read each other's files. */
  readonly users: readonly [string, string];
  /** Places a file as a task of the user would, and answers its path. */
  place(userName: string, name: string, bytes: Uint8Array): Promise<string>;
  /** All files below the user's own part, as paths relative to it. */
  files(userName: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;

/** What every place of objects must do. */
export function describeObjects(name: string, make: () => Promise<ObjectsUnderTest>): void {
  describe(name, () => {
    let under: ObjectsUnderTest;
    let objects: Objects;
    let alice: string;
    let bob: string;

    beforeAll(async () => {
      under = await make();
      objects = under.objects;
      [alice, bob] = under.users;
    });
    afterAll(() => under.close());

    const read = async (opened: OpenBytes | undefined) =>
      opened && Buffer.from(await new Response(opened.body).arrayBuffer());
    const body = async function* (...chunks: readonly Uint8Array[]) {
      yield* chunks;
    };
    const failure = async (promise: Promise<unknown>) =>
      (await promise.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )) as AweError | undefined;

    test("stores an object, replaces it and deletes it, for one user only", async () => {
      const [first, second] = [randomBytes(100_000), Buffer.from("second")];
      expect(await objects.get(alice, "closures/a")).toBeUndefined();
      await objects.put(alice, "closures/a", first);
      expect(Buffer.from((await objects.get(alice, "closures/a")) ?? [])).toEqual(first);
      expect(await objects.get(bob, "closures/a")).toBeUndefined();
      await objects.put(alice, "closures/a", second);
      expect(Buffer.from((await objects.get(alice, "closures/a")) ?? [])).toEqual(second);
      await objects.delete(bob, "closures/a");
      expect(await objects.get(alice, "closures/a")).toBeDefined();
      await objects.delete(alice, "closures/a");
      expect(await objects.get(alice, "closures/a")).toBeUndefined();
      await objects.delete(alice, "closures/a");
    });

    test("stores an empty object", async () => {
      await objects.put(alice, "closures/empty", new Uint8Array());
      expect((await objects.get(alice, "closures/empty"))?.length).toBe(0);
    });

    test("gives one whole of several writers at once", async () => {
      const versions = Array.from({ length: 8 }, (_, index) => Buffer.alloc(50_000, index));
      await Promise.all(versions.map((bytes) => objects.put(alice, "closures/raced", bytes)));
      const kept = Buffer.from((await objects.get(alice, "closures/raced")) ?? []);
      expect(versions.some((bytes) => bytes.equals(kept))).toBe(true);
    });

    test.for([
      "../x",
      "closures/../x",
      "/closures/x",
      "closures",
      "closures/",
      "closures/.x",
      "closures/a/b",
      "a\0/b",
      "",
    ])("refuses %j as a key", async (key) => {
      expect((await failure(objects.put(alice, key, new Uint8Array())))?.code).toBe("internal");
      expect((await failure(objects.get(alice, key)))?.code).toBe("internal");
      expect((await failure(objects.delete(alice, key)))?.code).toBe("internal");
    });

    test("opens a user's file, whole and in parts, and tells its size", async () => {
      const bytes = randomBytes(3 * MIB);
      const path = await under.place(alice, "large.bin", bytes);
      expect(await objects.size(alice, path)).toBe(bytes.length);
      const whole = await objects.open(alice, path);
      expect(whole?.sizeBytes).toBe(bytes.length);
      expect((await read(whole))?.equals(bytes)).toBe(true);
      for (const [start, end] of [
        [0, 1],
        [5, 5],
        [MIB - 1, MIB + 70_000],
        [bytes.length - 1, bytes.length],
      ] as const) {
        const seen: number[] = [];
        const part = await objects.open(alice, path, (size): ByteRange => {
          seen.push(size);
          return { start, end };
        });
        expect((await read(part))?.equals(bytes.subarray(start, end)), `${start}-${end}`).toBe(true);
        expect([part?.sizeBytes, ...seen]).toEqual([bytes.length, bytes.length]);
      }
      expect((await failure(objects.open(alice, path, () => undefined)))?.code).toBe("range_not_satisfiable");
    });

    test("opens an empty file, and one with a strange name", async () => {
      const empty = await under.place(alice, "empty", new Uint8Array());
      expect([await objects.size(alice, empty), (await read(await objects.open(alice, empty)))?.length]).toEqual([
        0, 0,
      ]);
      const strange = await under.place(alice, "-n $(touch x) 'ü\n\\", Buffer.from("strange"));
      expect((await read(await objects.open(alice, strange)))?.toString()).toBe("strange");
    });

    test("is not held by readers who stop", async () => {
      const path = await under.place(alice, "stopped.bin", randomBytes(4 * MIB));
      for (let round = 0; round < 20; round++) {
        const opened = await objects.open(alice, path);
        const reader = opened?.body.getReader();
        if (round % 2 === 0) await reader?.read();
        await reader?.cancel();
      }
      expect(await objects.size(alice, path)).toBe(4 * MIB);
    });

    test("opens nothing that is missing, no folder, and no impossible path", async () => {
      const path = await under.place(alice, "there", Buffer.from("x"));
      for (const absent of [`${path}-not`, path.replace(/\/[^/]*$/, ""), `${path}/x`, `${path}\0`, "", "/dev/zero"]) {
        expect(await objects.open(alice, absent), JSON.stringify(absent)).toBeUndefined();
        expect(await objects.size(alice, absent), JSON.stringify(absent)).toBeUndefined();
      }
    });

    test("places input files below the user's own part, once", async () => {
      const files = [
        { path: "a.txt", bytes: Buffer.from("one") },
        { path: "deep/er/b.bin", bytes: randomBytes(70_000) },
        { path: "deep/empty", bytes: new Uint8Array() },
        { path: "-ü $(x).txt", bytes: Buffer.from("\0two\0") },
      ];
      const folder = await objects.stage(alice, "run-1", files);
      for (const { path, bytes } of files) {
        expect((await read(await objects.open(alice, `${folder}/${path}`)))?.equals(bytes), path).toBe(true);
      }
      expect(await objects.stage(alice, "run-1", [{ path: "a.txt", bytes: Buffer.from("other") }])).toBe(folder);
      expect((await read(await objects.open(alice, `${folder}/a.txt`)))?.toString()).toBe("one");
      expect(await objects.stage(alice, "run-2", files)).not.toBe(folder);
    });

    test("places input files once when it is told twice at once", async () => {
      const files = [{ path: "a", bytes: randomBytes(200_000) }];
      const folders = await Promise.all(Array.from({ length: 6 }, () => objects.stage(alice, "run-3", files)));
      expect(new Set(folders).size).toBe(1);
      expect((await under.files(alice)).filter((path) => path.includes("run-3"))).toHaveLength(1);
    });

    test("receives an upload and tells its size and digest", async () => {
      const chunks = [randomBytes(100_000), randomBytes(1), randomBytes(MIB)];
      const bytes = Buffer.concat(chunks);
      const received = await objects.receive(alice, "up-1", "reads 'ü.fq", body(...chunks), bytes.length);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect(received).toEqual({
        path: objects.uploadPath(alice, "up-1", "reads 'ü.fq"),
        sizeBytes: bytes.length,
        sha256,
      });
      expect((await read(await objects.open(alice, received.path)))?.equals(bytes)).toBe(true);
      expect(await objects.receive(alice, "up-2", "empty", body(), 0)).toMatchObject({ sizeBytes: 0 });
    });

    test("keeps nothing of an upload that is too large", async () => {
      const thrown = await failure(
        objects.receive(alice, "up-3", "large", body(randomBytes(600), randomBytes(600)), 1_000),
      );
      expect([thrown?.code, thrown?.message]).toEqual(["too_large", expect.stringContaining("1000 bytes")]);
      expect((await under.files(alice)).filter((path) => path.includes("up-3"))).toEqual([]);
    });

    test("keeps nothing of an upload that is interrupted", async () => {
      const broken = async function* () {
        yield randomBytes(100_000);
        throw new Error("the line went dead");
      };
      expect(await failure(objects.receive(alice, "up-4", "broken", broken(), MIB))).toBeInstanceOf(Error);
      expect((await under.files(alice)).filter((path) => path.includes("up-4"))).toEqual([]);
    });

    test("knows by the name which paths are another's part", async () => {
      const [own, theirs] = [
        await under.place(alice, "own", Buffer.from("x")),
        await under.place(bob, "own", Buffer.from("x")),
      ];
      expect(objects.isForeign(alice, own)).toBe(false);
      expect(objects.isForeign(alice, theirs)).toBe(true);
      expect(objects.isForeign(alice, `${own}/../../../${bob}/x`)).toBe(true);
      expect(objects.isForeign(alice, "/somewhere/else")).toBe(false);
    });
  });
}
