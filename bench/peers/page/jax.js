// jax-js on the GPU of a page.
import { defaultDevice, init } from "@jax-js/jax";
import { multiply, train } from "../jax-works.js";

export async function start() {
  const devices = await init("webgpu");
  if (!devices.includes("webgpu")) throw new Error("jax-js finds no WebGPU");
  defaultDevice("webgpu");
  return { name: "jax-js", train, multiply };
}
