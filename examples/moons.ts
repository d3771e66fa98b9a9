// A net of single numbers learns to tell two interleaved moons apart, as in Andrej Karpathy's micrograd notebook: MLP 2-16-16-1, the
// support vector machine's max-margin loss, all 100 points in each of 100 steps.
//
//   npx tsx examples/moons.ts
import { MLP, Value } from "chainrule/scalar";

// Park and Miller's generator (1988), and the Box-Muller transform for the noise of the points.
let state = 1337;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

const points = Array.from({ length: 100 }, (_, i) => {
  const angle = (Math.PI * Math.floor(i / 2)) / 49;
  const outer = i % 2 === 0;
  const x = outer ? Math.cos(angle) : 1 - Math.cos(angle);
  const y = outer ? Math.sin(angle) : 0.5 - Math.sin(angle);
  return { x: x + 0.1 * normal(), y: y + 0.1 * normal(), moon: outer ? -1 : 1 };
});

const model = new MLP(2, [16, 16, 1]);
const sum = (values: Value[]) => values.reduce((total, value) => total.add(value), new Value(0));
const score = (x: number, y: number) => model.forward([x, y])[0];

for (let step = 0; step < 100; step++) {
  const scores = points.map(({ x, y }) => score(x, y));
  const margins = points.map(({ moon }, i) => scores[i].mul(-moon).add(1).relu());
  const squares = model.parameters().map((p) => p.mul(p));
  const loss = sum(margins).div(points.length).add(sum(squares).mul(1e-4));

  model.zeroGrad();
  loss.backward();
  const rate = 1 - (0.9 * step) / 100;
  for (const p of model.parameters()) p.data -= rate * p.grad;

  const right = points.filter(({ moon }, i) => scores[i].data > 0 === moon > 0).length;
  console.log(`step ${step} loss ${loss.data.toFixed(4)}, accuracy ${(100 * right) / points.length} %`);
}

// The plane as the net sees it: a dot where the net says "lower moon", and the points, drawn by their own moon.
const plane = Array.from({ length: 24 }, (_, row) =>
  Array.from({ length: 73 }, (_, column): string => (score(column / 18 - 1.5, 1.5 - row / 9).data > 0 ? "·" : " ")),
);
for (const { x, y, moon } of points)
  plane[Math.round((1.5 - y) * 9)][Math.round((x + 1.5) * 18)] = moon > 0 ? "●" : "○";
console.log(`\n${plane.map((row) => row.join("")).join("\n")}`);
