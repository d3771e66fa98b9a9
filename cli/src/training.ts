// The training loop, and what makes it repeatable. Everything that a further step depends on is in the weights, the optimiser's
// tensors, the random generator's state and a Position; all four go into the model file. Stopped anywhere and resumed, training
// takes the same steps as if it had never been stopped, bit for bit.
import {
  Adam,
  type Compiled,
  compile,
  crossEntropy,
  getRngState,
  manualSeed,
  type Sequential,
  setRngState,
  type Tensor,
} from "chainrule";
import { batches, type Dataset } from "chainrule/data";
import { fingerprint } from "./data.ts";
import { BadInput } from "./failure.ts";
import { type Description, type Extras, isCount, isRecord, type Model } from "./model-file.ts";
import { type ArchitectureName, architectureNames, build } from "./networks.ts";

export interface Plan {
  readonly model: ArchitectureName;
  readonly epochs: number;
  readonly batchSize: number;
  /** The learning rate of the first step; it falls in a straight line to 0 at the end of the last epoch. */
  readonly lr: number;
  readonly seed: number;
}

/** How far training is: whole epochs, batches of the next one, and what those gave so far. */
interface Position {
  epoch: number;
  batch: number;
  pictures: number;
  lossSum: number;
  correct: number;
}

export interface Step {
  readonly epoch: number;
  /** Counted from 1 over all epochs. */
  readonly step: number;
  readonly loss: number;
  /** Of the epoch so far. */
  readonly mean: { readonly loss: number; readonly accuracy: number; readonly pictures: number };
  readonly endsEpoch: boolean;
}

export class Training implements Model {
  readonly net: Sequential;
  readonly description: Description;
  readonly plan: Plan;
  readonly #data: Dataset;
  readonly #fingerprint: string;
  readonly #optimizer: Adam;
  /** Forward, backward and update in one program: the loss, and how many pictures were right before it. */
  readonly #step: Compiled<[images: Tensor, labels: Tensor], { readonly loss: Tensor; readonly correct: Tensor }>;
  readonly #position: Position = start(0);

  constructor(data: Dataset, description: Description, plan: Plan) {
    manualSeed(plan.seed);
    this.#data = data;
    this.#fingerprint = fingerprint(data);
    this.description = description;
    this.plan = plan;
    this.net = build(description.architecture);
    this.#optimizer = new Adam(this.net.parameters(), { lr: plan.lr });
    this.#step = compile((images, labels) => {
      const logits = this.net.forward(images);
      const loss = crossEntropy(logits, labels);
      this.#optimizer.zeroGrad();
      loss.backward();
      this.#optimizer.step();
      return { loss, correct: logits.detach().argmax(1).eq(labels).sum() };
    });
  }

  /** How the step is computed, once there was one. */
  explain(): string {
    return this.#step.explain();
  }

  /** Whole epochs behind it, and pictures seen of the one that it is in. */
  get epoch(): number {
    return this.#position.epoch;
  }
  get pictures(): number {
    return this.#position.pictures;
  }
  get picturesPerEpoch(): number {
    return this.#data.labels.size;
  }

  /** Takes the remaining steps one by one. Whoever iterates may stop after any of them and save. */
  *steps(): Generator<Step> {
    const { batchSize, epochs, seed, lr } = this.plan;
    const perEpoch = Math.ceil(this.#data.labels.size / batchSize);
    const position = this.#position;
    this.net.train();
    while (position.epoch < epochs) {
      let batch = 0;
      const { mean, std } = this.description.normalisation;
      for (const { images, labels } of batches(this.#data, { batchSize, seed, epoch: position.epoch, mean, std })) {
        if (batch++ < position.batch) continue;
        const step = position.epoch * perEpoch + position.batch;
        this.#optimizer.lr = lr * (1 - step / (epochs * perEpoch));
        const loss = this.#take(images, labels);
        const { pictures, lossSum, correct, epoch } = position;
        const mean = { loss: lossSum / pictures, accuracy: correct / pictures, pictures };
        const endsEpoch = batch === perEpoch;
        if (endsEpoch) Object.assign(position, start(epoch + 1));
        yield { epoch, step: step + 1, loss, mean, endsEpoch };
      }
    }
  }

  #take(images: Tensor, labels: Tensor): number {
    const position = this.#position;
    const { loss, correct } = this.#step(images, labels);
    const value = loss.item();
    if (!Number.isFinite(value))
      throw new BadInput(
        `the loss became ${value} in epoch ${position.epoch + 1}, batch ${position.batch + 1}: --lr ${this.plan.lr} is too high; ` +
          "nothing was saved, train again with a lower one",
      );
    position.batch++;
    position.pictures += labels.size;
    position.lossSum += value * labels.size;
    position.correct += correct.item();
    return value;
  }

  extras(): Extras {
    const tensors = new Map<string, Tensor>([["rng", getRngState()]]);
    for (const [name, state] of this.#optimizer.stateDict()) tensors.set(`optimizer.${name}`, state);
    return { training: { ...this.plan, ...this.#position, data: this.#fingerprint }, tensors };
  }

  /** Goes on where a file's training stood. Throws where that was on other data, or the file does not say. */
  resume(file: string, saved: Model & Extras): void {
    const { training } = saved;
    if (!isRecord(training) || !isPosition(training)) throw cannotResume(file);
    if (training.data !== this.#fingerprint)
      throw new BadInput(`--resume ${file}: was trained on other data than this; give the data set that it began with`);
    const rng = saved.tensors.get("rng");
    const state = [...saved.tensors].filter(([name]) => name.startsWith("optimizer."));
    if (rng === undefined) throw cannotResume(file);
    try {
      this.net.loadStateDict(saved.net.stateDict());
      this.#optimizer.loadStateDict(new Map(state.map(([name, tensor]) => [name.slice("optimizer.".length), tensor])));
      setRngState(rng);
    } catch (error) {
      throw new BadInput(`--resume ${file}: does not fit: ${error instanceof Error ? error.message : error}`);
    }
    const { epoch, batch, pictures, lossSum, correct } = training;
    Object.assign(this.#position, { epoch, batch, pictures, lossSum, correct });
  }
}

/** The options that a file was trained under. */
export function savedPlan(file: string, { training, description }: Extras & Model): Plan {
  if (!isRecord(training)) throw cannotResume(file);
  const { epochs, batchSize, lr } = training;
  const model = architectureNames.find((name) => name === training.model);
  const fine =
    model !== undefined && isCount(epochs) && isCount(batchSize) && batchSize > 0 && typeof lr === "number" && lr > 0;
  if (!fine) throw cannotResume(file);
  return { model, epochs, batchSize, lr, seed: description.seed };
}

function cannotResume(file: string): BadInput {
  return new BadInput(
    `--resume ${file}: does not say how far its training was; only files that chainrule train wrote can be resumed`,
  );
}

function start(epoch: number): Position {
  return { epoch, batch: 0, pictures: 0, lossSum: 0, correct: 0 };
}

function isPosition(value: Record<string, unknown>): value is Record<string, unknown> & Position {
  return (
    isCount(value.epoch) &&
    isCount(value.batch) &&
    isCount(value.pictures) &&
    isCount(value.correct) &&
    typeof value.lossSum === "number"
  );
}
