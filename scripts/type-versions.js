// Checks the programs of test/types with older TypeScript compilers, from 5.0 on, which are installed below build/ for it. `npm test` checks
// them with the newest one.
//
//   node scripts/type-versions.js            # all of them
//   node scripts/type-versions.js 5.0 5.4    # these
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "build", "type-versions");
const versions = process.argv.length > 2 ? process.argv.slice(2) : ["5.0", "5.2", "5.4", "5.6", "5.8", "5.9"];
const shell = process.platform === "win32";

mkdirSync(folder, { recursive: true });
const dependencies = versions.map((version) => [`typescript-${version}`, `npm:typescript@~${version}.0`]);
writeFileSync(
  join(folder, "package.json"),
  JSON.stringify({ private: true, dependencies: Object.fromEntries(dependencies) }),
);
const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
  ...{ cwd: folder, stdio: "inherit", shell },
});
if (installed.status !== 0) process.exit(1);

let failed = 0;
for (const version of versions) {
  const tsc = join(folder, "node_modules", `typescript-${version}`, "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", join(root, "test", "types")], {
    encoding: "utf8",
  });
  console.log(`TypeScript ${version}: ${status === 0 ? "no errors" : `\n${stdout}`}`);
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
