// A copy of dist/ that tells how long each pass of the compiler takes, so that what is timed is `compile` itself and not a copy of its
// list of passes: the functions that the wasm backend takes from the compiler, and those that compile.ts begins with, are replaced by
// `globalThis.timePass(name, f)`, whatever they are by then. In a module a function's name can be assigned to, and who imports it sees it.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

/** Of these files' imports, those that are passes. */
const sources = {
  "compiler/compile.js": (name) => name === "trace" || name === "simplify",
  "backends/wasm/backend.js": (name, from) =>
    name === "emitProgram" || (inCompiler(from) && !name.startsWith("verify")),
};
const inCompiler = (from) => dirname(from) === join(dist, "compiler");

/** The copy's folder. */
export function timedCopy() {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  cpSync(dist, folder, { recursive: true, filter: (path) => !/\.(map|d\.ts|tsbuildinfo)$/.test(path) });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  for (const [source, isPass] of Object.entries(sources)) {
    const text = readFileSync(join(dist, source), "utf8");
    for (const [, names, path] of text.matchAll(/^import \{([^}]*)\} from "(\.[^"]*)"/gm)) {
      const from = join(dist, dirname(source), path);
      for (const name of names.split(",").map((part) => part.trim())) {
        if (isPass(name, from)) replace(join(folder, from.slice(dist.length)), name);
      }
    }
  }
  return folder;
}

function replace(file, name) {
  const text = readFileSync(file, "utf8").replace(`export const ${name} =`, `export let ${name} =`);
  writeFileSync(file, `${text}\n${name} = globalThis.timePass("${name}", ${name});\n`);
}
