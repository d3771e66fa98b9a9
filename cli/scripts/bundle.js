// Makes the scripts of the pages of `chainrule serve` and `chainrule page` from cli/browser: each is one plain script, because a page that
// was opened from the file system can load no module. It runs after the library was compiled to dist/.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const cli = fileURLToPath(new URL("..", import.meta.url));
const target = join(cli, "dist", "page");

const { outputFiles } = await build({
  absWorkingDir: cli,
  entryPoints: ["browser/served.ts", "browser/offline.ts"],
  outdir: target,
  write: false,
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  // A plain script has no import.meta, which the library takes into account.
  logOverride: { "empty-import-meta": "silent" },
  logLevel: "warning",
  // The program as a function, whose text a worker gets.
  banner: { js: "globalThis.chainrulePage=function(){" },
  footer: { js: "};globalThis.chainrulePage();" },
});
mkdirSync(target, { recursive: true });
for (const { path, contents } of outputFiles) {
  // Renamed, so that another process that reads it meanwhile has the old one or the new one.
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}
