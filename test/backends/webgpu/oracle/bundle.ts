// Makes one script of test code that is written in TypeScript, for a thread or a page. The library is not part of it: it imports the modules
// that are built from the sources, as tests do.
import { relative, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

const root = resolve(import.meta.dirname, "..", "..", "..", "..");

/** The text of the script; `dist` is the address of the folder dist/ for it, with a slash at the end. */
export async function bundle(entry: string, dist: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    external: ["node:*"],
    // Pages have no environment from which a test could take its seed.
    define: { "process.env": "{}" },
    logLevel: "error",
    plugins: [builtLibrary(dist)],
  });
  return outputFiles[0].text;
}

const builtLibrary = (dist: string): Plugin => ({
  name: "built library",
  setup({ onResolve }) {
    onResolve({ filter: /^chainrule$/ }, () => ({ path: `${dist}index.js`, external: true }));
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const inRoot = relative(root, resolve(resolveDir, path)).replaceAll("\\", "/");
      const source = /^src\/(.*)\.ts$/.exec(inRoot);
      return source === null ? undefined : { path: `${dist}${source[1]}.js`, external: true };
    });
  },
});
