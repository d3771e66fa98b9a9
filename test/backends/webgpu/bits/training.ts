// A training whose bits are compared between processes: a net with convolution, batch norm, dropout, embeddings, running sums and top-k, all
// sums in float32. Its bits are told as one hash.
import {
  Adam,
  BatchNorm2d,
  Conv2d,
  compile,
  crossEntropy,
  Dropout,
  Embedding,
  Flatten,
  LayerNorm,
  Linear,
  manualSeed,
  ReLU,
  rand,
  Sequential,
  settle,
  type Tensor,
  tensor,
} from "chainrule";
import { webgpu } from "../../../../src/backends/webgpu/backend.ts";
import { use } from "../../../../src/backends/webgpu/current.ts";
import { findAdapter } from "../../../../src/backends/webgpu/find.ts";
import { Session } from "../../../../src/backends/webgpu/session.ts";
import { registerBackend } from "../../../../src/compiler/compile.ts";
import { type CutName, gpuCuts } from "../../../compiler/gpu-cuts.ts";
import { trainingStep } from "../../../training-step.js";

/** Opens the GPU, without its check. */
async function open(cut: CutName | null): Promise<void> {
  const { adapter, reason } = await findAdapter();
  if (adapter === null) throw new Error(reason);
  registerBackend(webgpu);
  use(await Session.open(adapter, cut === null ? undefined : gpuCuts[cut]));
}

const steps = 4;

/** The SHA-256 of losses, weights and the optimiser's tensors after some steps. */
export async function bitsOf(cut: CutName | null): Promise<string> {
  await open(cut);
  manualSeed(3);
  const pictures = new Sequential(
    new Conv2d(1, 6, 3, { padding: 1, bias: false }),
    new BatchNorm2d(6),
    new ReLU(),
    new Flatten(),
    new Dropout(0.25),
    new Linear(6 * 100, 12),
  );
  const words = new Embedding(30, 12);
  const norm = new LayerNorm(12);
  const parameters = [...pictures.parameters(), ...words.parameters(), ...norm.parameters()];
  const optimizer = new Adam(parameters, { lr: 0.01 });
  const loss = (x: Tensor, places: Tensor, labels: Tensor): Tensor => {
    const features = norm.forward(pictures.forward(x).add(words.forward(places).mean(1)));
    return crossEntropy(features, labels)
      .add(features.cumsum(0).square().mean())
      .add(features.topk(3, 1).values.sum().mul(1e-3));
  };
  const step = compile(trainingStep(loss, optimizer), { backend: "webgpu" });
  const x = rand([24, 1, 10, 10]);
  const places = tensor(
    Array.from({ length: 24 }, (_, i) => Array.from({ length: 7 }, (_, j) => (i * 5 + j * j) % 30)),
    { dtype: "int32" },
  );
  const labels = tensor(
    Array.from({ length: 24 }, (_, i) => i % 12),
    { dtype: "int32" },
  );
  const losses = Array.from({ length: steps }, () => step(x, places, labels));
  const read = await Promise.all(losses.map((one) => one.read()));
  await settle([pictures, words, norm, optimizer]);
  const tensors = [pictures, words, norm, optimizer].flatMap((one) => [...one.stateDict().values()]);
  const all = [...read, ...tensors.map(({ data }) => data)];
  const bytes = all.flatMap((data) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
