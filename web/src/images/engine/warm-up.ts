// Trains a net that is thrown away, for a few steps on noise, before the visitor trains one. The first step of a program compiles it, and the
// engine's machine code is slow until it has been compiled a second time, with optimisation, while it runs. WebAssembly of the same bytes
// is shared within a worker, so the visitor's first epoch begins with the fast code.
import { Adam, tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import { build, type Description } from "chainrule/model";
import { fit } from "chainrule/train";

const steps = 8;
/** The nets that have been warmed up. */
const done = new Set<string>();

export async function warmUp(description: Description, batchSize: number): Promise<void> {
  const { architecture, classes, input, normalisation } = description;
  const key = JSON.stringify([architecture, input, batchSize]);
  if (done.has(key)) return;
  done.add(key);
  const noise = noiseOf(description, steps * batchSize);
  const net = build(architecture);
  const optimizer = new Adam(net.parameters(), { lr: 1e-4 });
  const data = { train: noise, validation: noiseOf({ classes, input }, 2 * batchSize) };
  for await (const event of fit(net, { ...data, epochs: 1, batchSize, optimizer, seed: 0, ...normalisation }))
    if (event.type === "done") return;
}

function noiseOf({ input, classes }: Pick<Description, "input" | "classes">, count: number): Dataset {
  const size = input.reduce((product, side) => product * side, 1);
  const images = Uint8Array.from({ length: count * size }, (_, i) => (i * 2654435761) >>> 24);
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes.length);
  return { images: tensor(images, { shape: [count, ...input] }), labels: tensor(labels), classes };
}
