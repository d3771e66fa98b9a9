// The two moons of moons.ts again, on arrays: the hundred points are one tensor, and the three layers have six. The same max-margin loss,
// backward pass and update are compiled into one program, which runs a hundred times.
//
//   npx tsx examples/moons-tensors.ts
import {
  compile,
  concat,
  hingeLoss,
  Linear,
  linspace,
  manualSeed,
  ones,
  ReLU,
  randn,
  Sequential,
  SGD,
  stack,
} from "chainrule";

manualSeed(42);
const angle = linspace(0, Math.PI, 50);
const outer = stack([angle.cos(), angle.sin()], 1);
const inner = stack([angle.cos().neg().add(1), angle.sin().neg().add(0.5)], 1);
const points = concat([outer, inner]).add(randn([100, 2]).mul(0.1));
const moons = concat([ones([50, 1]).neg(), ones([50, 1])]);

const model = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 16), new ReLU(), new Linear(16, 1));
const optimizer = new SGD(model.parameters(), { lr: 1, weightDecay: 2e-4 }); // the gradient of 10⁻⁴ · Σ p² is 2 · 10⁻⁴ · p

const step = compile(() => {
  const scores = model.forward(points);
  const loss = hingeLoss(scores, moons);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return { loss, right: scores.mul(moons).gt(0).sum() };
});

for (let i = 0; i < 100; i++) {
  optimizer.lr = 1 - (0.9 * i) / 100;
  const { loss, right } = step();
  console.log(`step ${i} loss ${loss.item().toFixed(4)}, accuracy ${right.item()} %`);
}

// The plane as the net sees it: all 24 · 73 positions in one forward pass.
const [x, y] = [linspace(-1.5, 2.5, 73), linspace(1.5, 1.5 - 23 / 9, 24)];
const places = stack([x.expand([24, 73]), y.unsqueeze(1).expand([24, 73])], 2);
const lower = model.forward(places).squeeze(2).gt(0).toArray() as boolean[][];
const plane = lower.map((row) => row.map((isLower): string => (isLower ? "·" : " ")));
for (const [i, [px, py]] of (points.toArray() as number[][]).entries())
  plane[Math.round((1.5 - py) * 9)][Math.round((px + 1.5) * 18)] = i < 50 ? "○" : "●";
console.log(`\n${plane.map((row) => row.join("")).join("\n")}`);
