// The program in a clone of the repository that was not compiled yet, and in a package, which has no scripts of the repository beside it.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";

/** A folder like the repository's, with these files and the program. */
function clone(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  const program = "cli/bin/chainrule.js";
  for (const [path, text] of Object.entries({ ...files, "package.json": '{ "type": "module" }' })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(dirname(join(root, program)), { recursive: true });
  copyFileSync(join(import.meta.dirname, "../bin/chainrule.js"), join(root, program));
  return join(root, program);
}

const run = (program: string): string => execFileSync(process.execPath, [program], { encoding: "utf8" });
const setup = `import { mkdirSync, writeFileSync } from "node:fs";
console.log("compiled");
mkdirSync(new URL("../cli/dist", import.meta.url));
writeFileSync(new URL("../cli/dist/main.js", import.meta.url), 'console.log("started")');`;

test("the first start in a clone compiles the program, later ones do not", () => {
  const program = clone({ "scripts/setup.js": setup });
  expect(run(program)).toBe("compiled\nstarted\n");
  expect(run(program)).toBe("started\n");
});

test("a package starts what it has", () => {
  expect(run(clone({ "cli/dist/main.js": 'console.log("started")' }))).toBe("started\n");
});
