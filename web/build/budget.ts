// What visitors fetch, in gzipped bytes, and that it stays small: the opening (index.html with its own scripts and styles), the first load
// (the opening and the first part, with the first picture of a graph), what each other part or tool adds when it is asked for, and all
// together.
import { gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

/**
 * Bytes, gzipped. All: without pictures and data, which are fetched one by one. It has the library twice: what the engines use of it, and
 * the whole of it for visitors' programs, about 250,000, which are fetched when the first program is run.
 */
const maxBytes = { "first load": 120_000, all: 1_080_000 };

type Bundle = Rollup.OutputBundle;

export const budget = (): Plugin => ({
  name: "size-budget",
  apply: "build",
  writeBundle: {
    order: "post",
    handler(_, bundle) {
      const sizes = sizesOf(bundle);
      const kilo = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
      console.log("gzipped:");
      for (const [name, bytes] of sizes) console.log(`  ${name}: ${kilo(bytes)}`);
      for (const [name, limit] of Object.entries(maxBytes)) {
        const bytes = sizes.get(name) ?? 0;
        if (bytes > limit) this.error(`${name} is ${kilo(bytes)} gzipped, of ${kilo(limit)} allowed`);
      }
    },
  },
});

export function sizesOf(bundle: Bundle): ReadonlyMap<string, number> {
  const first = new Set(["index.html"]);
  for (const file of Object.values(bundle))
    if (file.type === "chunk" && file.isEntry) withStatic(bundle, file.fileName, first);
  const sizes = new Map([["opening", total(bundle, first)]]);
  const neuron = Object.values(bundle).find((file) => file.type === "chunk" && file.name === "Neuron");
  if (neuron === undefined) throw new Error("internal: no script of the build is named Neuron, the first part");
  withStatic(bundle, neuron.fileName, first);
  sizes.set("first load", total(bundle, first));
  for (const file of Object.values(bundle)) {
    if (file.type !== "chunk" || !file.isDynamicEntry || file === neuron) continue;
    const added = [...withStatic(bundle, file.fileName, new Set())].filter((name) => !first.has(name));
    sizes.set(`${file.name}, when asked for`, total(bundle, added));
  }
  const texts = Object.keys(bundle).filter((name) => /\.(js|css|html)$/.test(name));
  // Workers have a build of their own, whose files arrive here as assets.
  const workers = texts.filter((name) => name.endsWith(".js") && fileOf(bundle, name)?.type === "asset");
  // program-files.ts gives this folder to the worker of visitors' programs.
  const [programs, engines] = [true, false].map((of) => workers.filter((name) => name.includes("/program/") === of));
  return sizes
    .set("workers", total(bundle, engines))
    .set("the worker of a program, when asked for", total(bundle, programs))
    .set("all", total(bundle, texts));
}

const fileOf = (bundle: Bundle, name: string) => (Object.hasOwn(bundle, name) ? bundle[name] : undefined);

/** Adds a chunk, all that it imports statically, and their styles. */
function withStatic(bundle: Bundle, name: string, to: Set<string>): Set<string> {
  const file = fileOf(bundle, name);
  if (to.has(name) || file?.type !== "chunk") return to;
  to.add(name);
  for (const style of file.viteMetadata?.importedCss ?? []) to.add(style);
  for (const imported of file.imports) withStatic(bundle, imported, to);
  return to;
}

function total(bundle: Bundle, names: Iterable<string>): number {
  let bytes = 0;
  for (const name of names) {
    const file = fileOf(bundle, name);
    if (file !== undefined) bytes += gzipSync(file.type === "chunk" ? file.code : file.source).length;
  }
  return bytes;
}
