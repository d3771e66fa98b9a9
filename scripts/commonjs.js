// Makes the CommonJS form of a package, for `require` on versions of Node that cannot require ES modules (before 20.19), for Jest's default
// and for tools that know no other form. Each file of dist/, including declarations, gets a counterpart in dist/cjs/, so that TypeScript
// sees the same form. The package's prepack script runs it:
//
//   node scripts/commonjs.js [FOLDER OF THE PACKAGE: .]
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { transformSync } from "esbuild";

const dist = join(process.argv[2] ?? ".", "dist");
const target = join(dist, "cjs");

/** The URL of a CommonJS file, in place of import.meta.url; undefined in a bundle. It uses no module of Node, since pages run it too. */
const moduleUrl = `const moduleUrl = typeof __filename !== "string" ? undefined :
  "file://" + encodeURI(__filename[0] === "/" ? __filename : "/" + __filename.replace(/\\\\/g, "/")).replace(/[?#]/g, encodeURIComponent);`;

function convert(file) {
  const source = readFileSync(join(dist, file), "utf8").replace(/\n\/\/# sourceMappingURL=.*/, "");
  const { code, warnings } = transformSync(source, {
    format: "cjs",
    target: "node20",
    define: { "import.meta.url": "moduleUrl" },
    banner: source.includes("import.meta.url") ? moduleUrl : "",
    // In CommonJS `import.meta` becomes an empty object, so Vite's `import.meta.env` is undefined there.
    logOverride: { "empty-import-meta": "silent" },
  });
  if (warnings.length > 0) throw new Error(`${file}: ${warnings.map(({ text }) => text).join("; ")}`);
  return code;
}

rmSync(target, { recursive: true, force: true });
for (const file of readdirSync(dist, { recursive: true })) {
  if (!/\.js$|\.d\.ts$/.test(file) || file.startsWith(`cjs${sep}`)) continue;
  mkdirSync(dirname(join(target, file)), { recursive: true });
  if (file.endsWith(".js")) writeFileSync(join(target, file), convert(file));
  else cpSync(join(dist, file), join(target, file));
}
writeFileSync(join(target, "package.json"), '{ "type": "commonjs" }\n');
