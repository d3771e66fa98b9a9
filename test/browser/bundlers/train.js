// What is bundled, and what Node runs beside it: a small net, trained for some steps. Without relaxed SIMD, which engines may round as
// they like, the losses are the same everywhere. Nothing is imported that stands beside the backends, so that they are there only if a
// bundler heeds `sideEffects` in package.json, and package.json is right.
import { compile, crossEntropy, Linear, manualSeed, ReLU, randn, Sequential, SGD, tensor } from "chainrule";

const steps = 8;
/** How long workers may take to start, in milliseconds. */
const patience = 20_000;

/** `joined` tells how many workers took part in the last step. Rounds of the same steps are run until one had company. */
export async function train({ threads, joined = () => 0 }) {
  manualSeed(1);
  const model = new Sequential(new Linear(64, 256), new ReLU(), new Linear(256, 10));
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  const inputs = randn([64, 64]);
  const labels = tensor(
    Array.from({ length: 64 }, (_, i) => i % 10),
    { dtype: "int32" },
  );
  const step = compile(
    (inputs, labels) => {
      const loss = crossEntropy(model.forward(inputs), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    },
    { threads, relaxed: false },
  );

  const initial = model.parameters().map((weight) => weight.detach());
  let together = 0;
  const round = () => {
    model.parameters().forEach((weight, i) => {
      weight.assign(initial[i]);
    });
    return Array.from({ length: steps }, () => {
      const loss = step(inputs, labels).item();
      together += joined() > 0 ? 1 : 0;
      return loss;
    });
  };
  const alone = round();
  const about = /── The threads.*\n(.*)/.exec(step.explain())[1];
  let losses = alone;
  for (const start = performance.now(); about.startsWith("up to") && performance.now() - start < patience; ) {
    await new Promise((resolve) => setTimeout(resolve));
    losses = round();
    if (together > 0 || String(losses) !== String(alone)) break;
  }
  return { about, together, alone, losses };
}
