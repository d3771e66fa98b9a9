// "chainrule/io": tensors to bytes and back. It uses no file system, so it runs in pages too.
export { readSafetensors, type WriteOptions, writeSafetensors } from "./safetensors.ts";
