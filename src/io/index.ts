// "chainrule/io": tensors to bytes and back. No file system here: it runs in pages too.
export { readSafetensors, writeSafetensors } from "./safetensors.ts";
