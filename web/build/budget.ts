// What visitors fetch, and that it stays small: gzipped script without data and Graphviz, which is loaded when a graph is drawn.
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Bytes, gzipped. About half of the script is the compiler and the tensors below it. */
const maxBytes = { script: 420_000, program: 400_000, style: 20_000 };

const kinds = [
  { kind: "graphviz", of: /viz[-.].*\.js$/ },
  // The editor of programs, and the worker with the whole library that runs them: loaded when a visitor opens one.
  { kind: "program", of: /(Program-|program\/).*\.js$/ },
  { kind: "script", of: /\.js$/ },
  { kind: "style", of: /\.css$/ },
  { kind: "data", of: /\.gz$/ },
] as const;

export const budget = (): Plugin => ({
  name: "size-budget",
  apply: "build",
  // Workers have a build of their own, whose files arrive here as assets.
  writeBundle(_, bundle) {
    const sizes = new Map<string, number>();
    for (const [name, file] of Object.entries(bundle)) {
      const kind = kinds.find(({ of }) => of.test(name))?.kind ?? "other";
      const source = file.type === "chunk" ? file.code : file.source;
      const bytes = kind === "data" ? source.length : gzipSync(source).length;
      sizes.set(kind, (sizes.get(kind) ?? 0) + bytes);
    }
    const kilo = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
    for (const [kind, bytes] of sizes) console.log(`${kind}: ${kilo(bytes)}${kind === "data" ? "" : " gzipped"}`);
    for (const [kind, limit] of Object.entries(maxBytes)) {
      const bytes = sizes.get(kind) ?? 0;
      if (bytes > limit) this.error(`${kind} is ${kilo(bytes)} gzipped, of ${kilo(limit)} allowed`);
    }
  },
});
