// How the demo is built: static files that work from any folder of any host. `vite preview` adds the two headers that give a page
// shared memory; without them everything runs on one thread.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { backbone } from "./build/backbone.ts";
import { budget } from "./build/budget.ts";
import { mnist } from "./build/mnist.ts";
import { offline } from "./build/offline.ts";
import { policy } from "./build/policy.ts";
import { programFiles } from "./build/program-files.ts";
import { project } from "./build/project.ts";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./",
  plugins: [svelte(), mnist(), backbone(), policy(), project(), offline(), budget()],
  worker: { format: "es", plugins: () => [programFiles()] },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { headers: isolation },
  preview: { headers: isolation },
});
