// How the page of bundlers.test.ts is built and served: by webpack and by Vite, with no settings but those that a page in some folder
// needs. Both return what they complain of instead of printing it.

import { cpSync } from "node:fs";
import { join } from "node:path";
import { build, createLogger, createServer, type InlineConfig } from "vite";
import { vi } from "vitest";
import webpack from "webpack";

/** As for production, except that names and spaces stay: to shorten them takes four times as long, and Vite does it in no time. */
export async function bundleWithWebpack(project: string, folder: string): Promise<readonly string[]> {
  const config: webpack.Configuration = {
    mode: "production",
    context: project,
    entry: "./page.js",
    output: { path: folder, filename: "page.js" },
    optimization: { minimize: false },
    // It warns of any file of more than 244 KiB.
    performance: { hints: false },
  };
  const stats = await new Promise<webpack.Stats | undefined>((done, failed) => {
    webpack(config, (error, stats) => (error ? failed(error) : done(stats)));
  });
  if (stats === undefined) throw new Error("webpack says nothing");
  cpSync(join(project, "index.html"), join(folder, "index.html"));
  const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true });
  return [...errors, ...warnings].map(({ message }) => message);
}

/** As for production, its workers in one of the two forms that Vite has for them. */
export async function bundleWithVite(
  project: string,
  folder: string,
  format: "iife" | "es",
): Promise<readonly string[]> {
  const complaints: string[] = [];
  // Vite goes by what the test runner has set.
  vi.stubEnv("NODE_ENV", "production");
  try {
    await build({ ...settings(project, complaints), base: "./", build: { outDir: folder }, worker: { format } });
  } finally {
    vi.unstubAllEnvs();
  }
  return complaints;
}

export interface Development {
  readonly url: string;
  /** What it complains of while it runs. */
  readonly complaints: readonly string[];
  /** The dependencies that it has bundled so far. */
  bundled(): readonly string[];
  close(): Promise<void>;
}

/** Vite's development server. */
export async function develop(project: string, headers: Readonly<Record<string, string>>): Promise<Development> {
  const complaints: string[] = [];
  const server = await createServer({
    ...settings(project, complaints),
    server: { host: "127.0.0.1", port: 0, headers, watch: null },
  });
  await server.listen();
  return {
    url: server.resolvedUrls?.local[0] ?? "",
    complaints,
    bundled: () => Object.keys(server.environments.client.depsOptimizer?.metadata.optimized ?? {}),
    close: () => server.close(),
  };
}

function settings(root: string, complaints: string[]): InlineConfig {
  const note = (message: string) => void complaints.push(message);
  return {
    root,
    configFile: false,
    customLogger: { ...createLogger("silent"), warn: note, warnOnce: note, error: note },
  };
}
