// One of the processes of divided.ts, or the only one: trains a net on its rows of each batch, and prints the losses and a hash of the weights.
import { createHash } from "node:crypto";
import { compile, settle, shareOf, type Tensor } from "chainrule";
import { xlaClose, xlaReady } from "chainrule-xla";
import { gpt, nets } from "./nets.ts";

const [, , name, count] = process.argv;
const { available, reason, process: own, processes } = await xlaReady();
if (!available) throw new Error(String(reason));
const make =
  name === "divided gpt"
    ? () => gpt({ blocks: 4, width: 128, length: 64, batch: 12, isDivided: true })
    : nets.get(name);
if (make === undefined) throw new Error(`there is no net ${name}`);
const { model, step, batch } = make();

function shareIn(x: Tensor): Tensor {
  const [rows] = x.shape;
  const from = (own * rows) / processes;
  return processes === 1 ? x : shareOf(x.slice([from, from + rows / processes]), { from, batch: rows });
}

const compiled = compile(step, { backend: "xla" });
const losses: number[] = [];
for (let i = 0; i < Number(count); i++) losses.push((await compiled(...batch(i).map(shareIn)).read())[0]);
await settle(model);
const hash = createHash("sha256");
for (const { data } of model.parameters()) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
console.log(JSON.stringify({ losses, weights: hash.digest("hex").slice(0, 16) }));
await xlaClose();
