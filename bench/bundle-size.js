// What a page loads of the library: the size of bundles that use a part of it, made by esbuild, minified and compressed.
//
//   node bench/bundle-size.js [FOLDER]      FOLDER: another checkout, built, which is bundled as well
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { table } from "./markdown.js";

const programs = {
  "compile, Linear": "compile, Linear",
  "compile, Linear, crossEntropy, Adam": "compile, Linear, crossEntropy, Adam",
  "compile, LSTM": "compile, LSTM",
  "compile, vmap, grad": "compile, vmap, grad",
  "compile, eigh, svd": "compile, eigh, svd",
  everything: null,
};
const here = resolve(import.meta.dirname, "..");
const roots = [here, ...process.argv.slice(2, 3).map((folder) => resolve(folder))];

/** Bytes minified and compressed; null where a checkout lacks a name. */
async function size(root, names) {
  const library = JSON.stringify(join(root, "dist", "index.js"));
  const text = names === null ? `export * from ${library};` : `export { ${names} } from ${library};`;
  try {
    const options = { bundle: true, minify: true, format: "esm", platform: "neutral", write: false };
    const stdin = { contents: text, resolveDir: root };
    const { outputFiles } = await build({ ...options, stdin, logLevel: "silent" });
    const [{ contents }] = outputFiles;
    return [contents.length, gzipSync(contents, { level: 9 }).length];
  } catch {
    return null;
  }
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(0);
const rows = [];
for (const [title, names] of Object.entries(programs)) {
  const sizes = await Promise.all(roots.map((root) => size(root, names)));
  rows.push([title, ...sizes.flatMap((found) => (found === null ? ["", ""] : found.map(kilobytes)))]);
}
const heads = ["kB", "gzip", "kB there", "gzip there"].slice(0, 2 * roots.length);
console.log(table(["bundle of", ...heads], rows, 1).join("\n"));
