// The files of the worker that runs visitors' programs, with the whole library, get a folder of their own: they are loaded only when a
// visitor opens a program, and the budget counts them apart.
import type { Plugin } from "vite";

export const programFiles = (): Plugin => {
  let isProgram = false;
  return {
    name: "program-files",
    options({ input }) {
      isProgram = JSON.stringify(input).includes("/code/worker.ts");
    },
    outputOptions: (output) =>
      isProgram
        ? {
            ...output,
            entryFileNames: "assets/program/[name]-[hash].js",
            chunkFileNames: "assets/program/[name]-[hash].js",
          }
        : output,
  };
};
