// Makes a copy of dist/ that measures each pass of the compiler, so that `compile` itself is timed rather than a list of passes that is kept
// here. The passes that the wasm backend imports, and the first passes of compile.ts, are replaced by `globalThis.timePass(name, f)`. A
// module may assign to an exported function's name, and its importers see the new value.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

/** The files whose imports are replaced, and a test of which imports are passes. */
const sources = {
  "compiler/compile.js": (name) => name === "trace",
  "compiler/ready.js": (name) => name === "simplify",
  "backends/wasm/backend.js": (name, from) =>
    ["scheduleProgram", "allocate", "emitProgram"].includes(name) || inCompiler(from),
};
const inCompiler = (from) => dirname(from) === join(dist, "compiler");

/** Makes the copy and returns its folder, which is removed when the process ends. */
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
