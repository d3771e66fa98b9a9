// "chainrule/io": tensors to bytes and back. It uses no file system, so it runs in pages too.
export { readSafetensors, writeSafetensors } from "./safetensors.ts";
