// The script that trains in a process or page of its own, and prints the hash. The cut of kernels is the first argument, or in a page the
// query of the script's address.
import { type CutName, cutNames } from "../../../compiler/gpu-cuts.ts";
import { bitsOf } from "./training.ts";

const word = "process" in globalThis ? process.argv[2] : new URL(import.meta.url).search.slice(1);
const cut: CutName | undefined = cutNames.find((name) => name === word);
console.log(await bitsOf(cut ?? null));
// Dawn's threads may outlive the last line.
if ("process" in globalThis) process.exit(0);
