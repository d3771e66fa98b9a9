// Deep Q-learning (Mnih et al. 2015): a walker on a line of nine places finds the reward at its right end. Its experience is replayed, and
// the values of next states come from a target net, a copy of the net that is updated from time to time.
import {
  Adam,
  compile,
  huberLoss,
  Linear,
  type Module,
  manualSeed,
  noGrad,
  ReLU,
  Sequential,
  type Tensor,
  tensor,
} from "chainrule";

const [places, discount] = [9, 0.9];

interface Experience {
  readonly place: number;
  readonly action: number;
  readonly reward: number;
  readonly next: number;
}

/** Action 1 goes right, and 0 left; the last place gives the reward 1, and the walk starts again. */
function walk(place: number, action: number): Experience {
  const to = Math.max(place + (action === 1 ? 1 : -1), 0);
  return to === places - 1 ? { place, action, reward: 1, next: 0 } : { place, action, reward: 0, next: to };
}

const see = (numbers: readonly number[]): Tensor => tensor(Int32Array.from(numbers)).oneHot(places).to("float32");

/** A generator of its own, so that the walks do not depend on how the nets are initialised. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** In how many of the places before the last one the net goes right, before and after training. */
export function train(steps: number): { readonly first: number; readonly last: number } {
  manualSeed(0);
  const random = chance(1);
  const net = new Sequential(new Linear(places, 32), new ReLU(), new Linear(32, 2));
  const target = net.clone();
  const optimizer = new Adam(net.parameters(), { lr: 0.01 });
  const learn = compile((now: Tensor, action: Tensor, reward: Tensor, next: Tensor) => {
    const wanted = noGrad(() => target.forward(next).max(1).mul(discount).add(reward));
    const loss = huberLoss(net.forward(now).gather(1, action.unsqueeze(1)).squeeze(1), wanted);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const best = (model: Module & { forward(x: Tensor): Tensor }, numbers: readonly number[]): number[] =>
    noGrad(() => model.forward(see(numbers)).argmax(1).toArray<number[]>());
  const right = (): number =>
    best(
      net,
      Array.from({ length: places - 1 }, (_, i) => i),
    ).reduce((a, b) => a + b, 0);

  const first = right();
  const memory: Experience[] = [];
  let place = 0;
  for (let i = 0; i < steps; i++) {
    const [greedy = 0] = best(net, [place]);
    const experience = walk(place, random() < 0.5 ? greedy : Math.floor(random() * 2));
    memory.push(experience);
    place = experience.next;
    const batch = Array.from({ length: 32 }, () => memory[Math.floor(random() * memory.length)] ?? experience);
    learn(
      see(batch.map((one) => one.place)),
      tensor(Int32Array.from(batch, (one) => one.action)),
      tensor(Float32Array.from(batch, (one) => one.reward)),
      see(batch.map((one) => one.next)),
    );
    if (i % 20 === 19) target.loadStateDict(net.stateDict());
  }
  return { first, last: right() };
}
