// Random graphs on the adapter, as prove.ts tries them by the thousand. With FUZZ_SEED and FUZZ_COUNT others.
import { afterAll, beforeAll } from "vitest";
import { findWebGpu } from "../../../scripts/webgpu.js";
import { fuzz } from "../../compiler/fuzz.ts";
import { it } from "./gpu.ts";
import { oracleInNode } from "./oracle/in-node.ts";
import { executor } from "./oracle/oracle.ts";
import { flushed, inFloat32 } from "./trials.ts";

const seed = Number(process.env.FUZZ_SEED ?? 1);
const count = Number(process.env.FUZZ_COUNT ?? 100);

let opened: Awaited<ReturnType<typeof oracleInNode>> | null = null;
beforeAll(async () => {
  if (findWebGpu().found) opened = await oracleInNode(null);
});
afterAll(() => opened?.close());

it(`${count} random graphs from seed ${seed} agree with the reference`, () => {
  if (opened === null) throw new Error("the GPU is not open");
  fuzz({ seed, count, run: executor(opened.oracle), change: inFloat32, widening: flushed });
});
