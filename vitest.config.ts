import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (file: string) => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^chainrule$/, replacement: source("index.ts") },
      { find: /^chainrule\/(scalar|data|io|node)$/, replacement: source("$1/index.ts") },
    ],
  },
  test: { include: ["test/**/*.test.ts", "cli/test/**/*.test.ts"], testTimeout: 60_000 },
});
