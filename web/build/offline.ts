// Compiles the service worker, and tells it which files the build has. The worker's own name has no hash: the browser asks for it again at
// each visit, and takes a new version when its bytes have changed.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Plugin, type Rollup, transformWithEsbuild } from "vite";

const source = resolve(import.meta.dirname, "../src/offline/service-worker.ts");
const isData = (name: string) => name.startsWith("data/");

export const offline = (): Plugin => {
  let publicFolder = "";
  return {
    name: "service-worker",
    apply: "build",
    configResolved({ publicDir }) {
      publicFolder = publicDir;
    },
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const files = [...contents(bundle), ...publicFiles(publicFolder)].sort(([a], [b]) => (a < b ? -1 : 1));
        const built = {
          version: hashOf(files.filter(([name]) => !isData(name))),
          dataVersion: hashOf(files.filter(([name]) => isData(name))),
          files: files.map(([name]) => name).filter((name) => !isData(name)),
        };
        const { code } = await transformWithEsbuild(await readFile(source, "utf8"), source, {
          minify: true,
          target: "es2022",
        });
        const script = `const built=${JSON.stringify(built)};\n${code}`;
        this.emitFile({ type: "asset", fileName: "service-worker.js", source: script });
      },
    },
  };
};

type Content = readonly [name: string, bytes: string | Uint8Array];

const contents = (bundle: Rollup.OutputBundle): Content[] =>
  Object.values(bundle).map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source]);

function publicFiles(folder: string): Content[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(folder.length + 1).replaceAll("\\", "/"), readFileSync(path)];
  });
}

function hashOf(files: readonly Content[]): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of files) hash.update(`${name}\0`).update(bytes).update("\0");
  return hash.digest("hex").slice(0, 12);
}
