// Folders are made with those above them, and where that cannot be, it is said at once.
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { makeFolder } from "../src/make-folder.ts";
import { makeTarget } from "../src/predict/target-folder.ts";

test("a folder is made with those above it, and one that is there is left", () => {
  const folder = join(temporaryFolder(), "a", "b", "c");
  makeFolder(folder);
  makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

test("a file in the way is an error of the system, which the command line puts into words", () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  expect(() => makeFolder(file)).toThrow(expect.objectContaining({ code: "EEXIST" }));
  expect(() => makeTarget(join(file, "a", "b"))).toThrow(/file\/a\/b: /);
});

test("a file system that makes no folders ends it: Node's own recursion would go on for ever in /proc", () => {
  // Other systems have no /proc; there a name that no system takes stands for it.
  const folder = process.platform === "linux" ? "/proc/chainrule/a" : "\0";
  expect(() => makeFolder(folder)).toThrow();
});
