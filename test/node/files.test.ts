import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkWritable, readBytes, writeWhole } from "chainrule/node";
import { expect, test } from "vitest";
import { temporaryFolder } from "./synthetic.ts";

const posix = process.platform !== "win32";

test("a file appears whole, replaces the old one, and leaves nothing beside it", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "a.bin");
  await writeWhole(file, Uint8Array.of(1, 2));
  await writeWhole(file, Uint8Array.of(3));
  expect([...readFileSync(file)]).toEqual([3]);
  expect(readdirSync(folder)).toEqual(["a.bin"]);
});

test("asking whether a file can be written leaves no trace, and keeps what is there", async () => {
  const folder = temporaryFolder();
  await checkWritable(join(folder, "new"));
  writeFileSync(join(folder, "old"), "contents");
  await checkWritable(join(folder, "old"));
  expect(readdirSync(folder)).toEqual(["old"]);
  expect(readFileSync(join(folder, "old"), "utf8")).toBe("contents");
});

test("where a file cannot be written, both functions say why, and nothing is left", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "file"), "");
  const cases: [string, RegExp][] = [
    [join(folder, "nowhere", "a"), /nowhere\/a: the folder .*nowhere does not exist; create it first/],
    [join(folder, "file", "a"), /file is not a folder/],
    [join(folder, "folder"), /folder: is a folder, not a file/],
    ...(posix ? [["/dev/null", /is a device, not a file/] as [string, RegExp]] : []),
    [join(folder, "x".repeat(300)), /the name is too long/],
  ];
  for (const [file, message] of cases) {
    await expect(checkWritable(file)).rejects.toThrow(message);
    await expect(writeWhole(file, Uint8Array.of(1))).rejects.toThrow(message);
  }
  expect(readdirSync(folder)).toEqual(["file", "folder"]);
});

test.skipIf(!posix)("a link stays a link; the file that it leads to is replaced", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "target"), "old");
  symlinkSync(join(folder, "target"), join(folder, "link"));
  await writeWhole(join(folder, "link"), Uint8Array.of(65));
  expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, "target"), "utf8")).toBe("A");
});

test("reading says in words what is wrong", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "five"), "12345");
  expect([...(await readBytes(join(folder, "five")))]).toHaveLength(5);
  await expect(readBytes(join(folder, "five"), 4)).rejects.toThrow(
    /five: the file has 5 bytes, and at most 4 are read/,
  );
  await expect(readBytes(join(folder, "six"))).rejects.toThrow(/six: no such file$/);
  await expect(readBytes(join(folder, "five", "six"))).rejects.toThrow(/part of its path is not a folder/);
  await expect(readBytes(folder)).rejects.toThrow(/is a folder, not a file/);
});
