// Training in the page, without the page: it can be stopped and continued, pauses, uses more pictures once they have arrived, and goes
// on after its end. Stopping and pausing do not change what is learned. It can move to the GPU and back, and survives the loss of it.
import { manualSeed, tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import { architectures, type Layer } from "chainrule/model";
import { expect, it } from "vitest";
import { lastSession } from "../../../src/backends/webgpu/current.ts";
import { it as onGpu, withGpu } from "../../../test/backends/webgpu/gpu.ts";
import { bars } from "../../../test/node/synthetic.ts";
import type { Refusal } from "../../src/engine/gpu.ts";
import { Classifier } from "../../src/images/engine/classifier.ts";
import { Trainer } from "../../src/images/engine/trainer.ts";
import type { Device, Steps } from "../../src/images/messages.ts";

const classes = [..."0123456789"];
function dataset(count: number): Dataset {
  const { images, labels } = bars(count);
  return {
    images: tensor(Uint8Array.from(images), { shape: [count, 1, 28, 28] }),
    labels: tensor(Int32Array.from(labels)),
    classes,
  };
}
const [few, many, test] = [dataset(256), dataset(500), dataset(50)];

interface Setting {
  readonly interval?: number;
  readonly train?: Dataset;
  readonly trained?: boolean;
  readonly device?: Device;
  readonly architecture?: readonly Layer[];
}

/** A net for which a GPU in software has few programs to compile. */
const small: readonly Layer[] = [["Flatten"], ["Linear", 784, 10]];
const mlp = architectures.mlp([1, 28, 28], 10);

function begin({ interval = 0, train = few, trained = false, device = "wasm", architecture = mlp }: Setting = {}) {
  manualSeed(2);
  const classifier = new Classifier(
    {
      ...{ architecture, input: [1, 28, 28], classes },
      ...{ normalisation: { mean: [0.3], std: [0.3] }, framing: "dark", seed: 2 },
    },
    { trained },
  );
  const told: Steps[] = [];
  const state = {
    taken: 0,
    tested: 0,
    train,
    awaited: false,
    after: (_taken: number) => {},
    refusals: [] as Refusal[],
  };
  const trainer = new Trainer(classifier, test, {
    interval,
    device,
    train: () => state.train,
    awaited: () => state.awaited,
    stepped: (steps) => {
      if (steps !== null) told.push(steps);
      state.after(++state.taken);
    },
    testing: () => {},
    refused: (refusal) => void state.refusals.push(refusal),
    tested: async () => {
      state.tested++;
    },
  });
  const weights = () => [...classifier.net.stateDict().values()].map(({ data }) => Array.from(data));
  return { trainer, told, state, weights };
}

withGpu();

it("takes four epochs, tested after each, and reports its progress", async () => {
  const { trainer, told, state } = begin();
  expect(await trainer.go()).toBe("done");
  expect(state).toMatchObject({ taken: 16, tested: 4 });
  expect(told.map(({ pictures }) => pictures)).toEqual(Array.from({ length: 16 }, (_, n) => 64 * (n + 1)));
  expect(told[15]).toMatchObject({ epoch: 4, epochs: 4, perEpoch: 256 });
  expect(told[15].loss).toBeLessThan(told[0].loss);
});

it("reports each epoch, however short it is", async () => {
  const { trainer, told } = begin({ interval: 1000 });
  await trainer.go();
  expect(told.map(({ pictures }) => pictures)).toEqual([256, 512, 768, 1024]);
});

it("learns the same when it was stopped and continued", async () => {
  const straight = begin();
  await straight.trainer.go();
  const stopped = begin();
  stopped.state.after = (taken) => {
    if (taken === 3 || taken === 4 || taken === 9) stopped.trainer.stop();
  };
  for (const end of ["stopped", "stopped", "stopped", "done"]) expect(await stopped.trainer.go()).toBe(end);
  expect(stopped.weights()).toEqual(straight.weights());
});

it("pauses until it is woken", async () => {
  const { trainer, state } = begin();
  let woken = false;
  state.after = (taken) => {
    if (taken === 6) expect(woken).toBe(true);
    if (taken !== 5) return;
    trainer.rest(true);
    setTimeout(() => {
      expect(state.taken).toBe(5);
      woken = true;
      trainer.rest(false);
    }, 50);
  };
  expect(await trainer.go()).toBe("done");
});

it("uses more pictures after the epoch in which they arrived, and then four epochs of them", async () => {
  const { trainer, told, state } = begin();
  state.after = (taken) => {
    if (taken === 5) state.train = many;
  };
  expect(await trainer.go()).toBe("done");
  expect(state.tested).toBe(6);
  const last = told[told.length - 1];
  expect(last).toMatchObject({ epoch: 6, epochs: 6, perEpoch: 500, pictures: 2 * 256 + 4 * 500 });
  expect(told.every(({ pictures }, n) => n === 0 || pictures > told[n - 1].pictures)).toBe(true);
});

it("does not end while more pictures are on their way", async () => {
  const { trainer, told, state } = begin();
  state.awaited = true;
  state.after = (taken) => {
    if (taken < 23) return;
    state.awaited = false;
    state.train = many;
  };
  expect(await trainer.go()).toBe("done");
  expect(told[told.length - 1]).toMatchObject({ epoch: 10, epochs: 10, pictures: 6 * 256 + 4 * 500 });
});

it("ends after its epoch if they do not arrive", async () => {
  const { trainer, told, state } = begin();
  state.awaited = true;
  state.after = (taken) => {
    state.awaited = taken < 18;
  };
  expect(await trainer.go()).toBe("done");
  expect(told[told.length - 1]).toMatchObject({ epoch: 5, epochs: 5, pictures: 5 * 256 });
});

it("uses fewer pictures where fewer are wanted, and ends when it would have ended", async () => {
  const { trainer, told, state } = begin({ train: many });
  state.after = (taken) => {
    if (taken === 10) state.train = few;
  };
  expect(await trainer.go()).toBe("done");
  expect(told[told.length - 1]).toMatchObject({ epoch: 4, epochs: 4, perEpoch: 256, pictures: 2 * 500 + 2 * 256 });
});

it("goes on after its end, for as many epochs again", async () => {
  const { trainer, told } = begin();
  await trainer.go();
  trainer.prolong();
  expect(await trainer.go()).toBe("done");
  expect(told[told.length - 1]).toMatchObject({ epoch: 8, epochs: 8, pictures: 2048 });
  expect(told.every(({ seconds }, n) => n === 0 || seconds > told[n - 1].seconds)).toBe(true);
});

it("leaves out a last batch that is less than a hundredth of the pictures, and no other", async () => {
  const { trainer, told } = begin({ train: dataset(64 * 11 + 5) });
  await trainer.go();
  expect(told[told.length - 1]).toMatchObject({ perEpoch: 704, pictures: 4 * 704 });
  const other = begin({ train: many });
  await other.trainer.go();
  expect(other.told[other.told.length - 1]).toMatchObject({ perEpoch: 500, pictures: 2000 });
});

it("goes on with half the first learning rate where a net has been trained before", async () => {
  const first = begin();
  await first.trainer.go();
  const again = begin({ trained: true });
  await again.trainer.go();
  expect(again.told[0].loss).toBe(first.told[0].loss);
  expect(again.told[1].loss).not.toBe(first.told[1].loss);
});

/** Expects that a run has ended where training on the processor ends: after as many pictures, with the same weights but for rounding. */
async function endsAsOnTheProcessor({ told, weights }: ReturnType<typeof begin>): Promise<void> {
  const straight = begin({ architecture: small });
  await straight.trainer.go();
  expect(told.at(-1)?.pictures).toBe(straight.told.at(-1)?.pictures);
  const [found, expected] = [weights(), straight.weights()].map((all) => all.flat().map(Number));
  expect(found.length).toBe(7850);
  expect(Math.max(...found.map((x, i) => Math.abs(x - expected[i])))).toBeLessThan(1e-3);
}

onGpu("learns on the GPU what it learns on the processor, and the net has the weights of the last report", async () => {
  const run = begin({ architecture: small, device: "webgpu" });
  const weights = new Set<string>();
  run.state.after = () => void weights.add(String(run.weights()[1]));
  expect(await run.trainer.go()).toBe("done");
  expect(run.state).toMatchObject({ taken: 16, tested: 4, refusals: [] });
  expect(weights.size).toBeGreaterThanOrEqual(run.told.length);
  await endsAsOnTheProcessor(run);
});

onGpu("moves to the GPU and back between two steps", async () => {
  const run = begin({ architecture: small });
  run.state.after = (taken) => {
    if (taken === 3) run.trainer.use("webgpu");
    if (taken === 9) run.trainer.use("wasm");
  };
  expect(await run.trainer.go()).toBe("done");
  expect(run.state).toMatchObject({ tested: 4, refusals: [] });
  await endsAsOnTheProcessor(run);
});

onGpu("goes on on the processor from the last report when the GPU is lost, and says why", async () => {
  const run = begin({ architecture: small, device: "webgpu" });
  run.state.after = (taken) => {
    if (taken === 6) lastSession()?.device.destroy();
  };
  expect(await run.trainer.go()).toBe("done");
  expect(run.state.tested).toBe(4);
  expect(run.state.refusals).toEqual([{ why: "lost" }]);
  await endsAsOnTheProcessor(run);
});
