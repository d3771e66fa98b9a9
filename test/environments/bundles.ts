// The page of a project as webpack bundles it for Node and as Vite bundles a library: files that Node then runs. Pages are in
// test/browser/bundle.ts.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build, type LibraryOptions } from "vite";
import { vi } from "vitest";
import webpack from "webpack";

/** Returns the file to run, and what webpack complains of. */
export async function bundleForNode(project: string): Promise<{ file: string; complaints: readonly string[] }> {
  const output = { path: join(project, "webpack"), filename: "page.cjs" };
  const config = { mode: "production", target: "node", context: project, entry: "./page.js", output } as const;
  const stats = await new Promise<webpack.Stats | undefined>((done, failed) => {
    webpack({ ...config, optimization: { minimize: false } }, (error, stats) => (error ? failed(error) : done(stats)));
  });
  const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
  return {
    file: join(output.path, output.filename),
    complaints: [...errors, ...warnings].map(({ message }) => message),
  };
}

/** Returns the files to run. */
export async function bundleAsLibrary(project: string): Promise<readonly string[]> {
  const outDir = join(project, "vite");
  const fileName = (format: string) => `${format}.cjs`;
  const lib: LibraryOptions = { entry: "page.js", name: "page", formats: ["cjs", "iife"], fileName };
  // Vite goes by what the test runner has set.
  vi.stubEnv("NODE_ENV", "production");
  try {
    await build({ root: project, configFile: false, logLevel: "silent", build: { outDir, lib, minify: false } });
  } finally {
    vi.unstubAllEnvs();
  }
  return readdirSync(outDir)
    .filter((name) => /js$/.test(name))
    .map((name) => join(outDir, name));
}
