// jax-js on its WebAssembly device. It uses threads where there is a global Worker, which Node does not have.
import { readFileSync } from "node:fs";
import { answer } from "./answer.js";

globalThis.Worker = undefined;
const { init } = await import("@jax-js/jax");
await init("wasm");
const { version } = JSON.parse(readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"));

await answer(`jax-js ${version}, wasm, jit`, await import("./jax-works.js"));
