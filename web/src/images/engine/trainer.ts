// Trains a classifier by chainrule's fit loop, as the command line does: Adam, batches of 64, a learning rate that falls linearly. It can
// be stopped and continued at any step, and pauses while its part is out of view. Training pictures that arrive during an epoch are
// used from the next one on: the default number of epochs then starts anew, and training does not end before they have arrived.
import { Adam } from "chainrule";
import type { Dataset } from "chainrule/data";
import { type Evaluation, type Fit, type FitEvent, fit, type StepEvent } from "chainrule/train";
import type { Steps } from "../messages.ts";
import type { Classifier } from "./classifier.ts";
import { batchSize, defaultEpochs, firstRate, laterRate } from "./plan.ts";

export interface Listener {
  /** Called after each step; `steps` is a report a few times a second and at the end of an epoch, and null otherwise. */
  stepped(steps: Steps | null): void;
  testing(): void;
  /** Training goes on when this is over. */
  tested(evaluation: Evaluation): Promise<void>;
  /** The training pictures in memory. */
  train(): Dataset;
  /** Whether more of them are being fetched. */
  awaited(): boolean;
}

export class Trainer {
  readonly #classifier: Classifier;
  readonly #test: Dataset;
  readonly #listener: Listener;
  /** Seconds between two reports. */
  readonly #interval: number;
  readonly #optimizer: Adam;
  #train: Dataset;
  #run: Fit;
  #rate = firstRate;
  #epochs = defaultEpochs;
  #epochsBefore = 0;
  #picturesBefore = 0;
  #secondsBefore = 0;
  #stopping = false;
  #resting: { readonly over: Promise<void>; readonly wake: () => void } | null = null;
  readonly #news = new News();

  constructor(
    classifier: Classifier,
    test: Dataset,
    { interval, ...listener }: Listener & { readonly interval: number },
  ) {
    // A net of an earlier visit or a file goes on as after the end of a run.
    if (classifier.trained) this.#rate = laterRate;
    this.#classifier = classifier;
    this.#test = test;
    this.#listener = listener;
    this.#interval = interval;
    this.#optimizer = new Adam(classifier.net.parameters(), { lr: firstRate });
    this.#train = listener.train();
    this.#run = this.#begin();
  }

  stop(): void {
    this.#stopping = true;
    this.rest(false);
  }

  /** Pauses before the next step, until it is called with false. */
  rest(resting: boolean): void {
    if (resting === (this.#resting !== null)) return;
    this.#resting?.wake();
    this.#resting = null;
    if (resting) {
      let wake = () => {};
      const over = new Promise<void>((resolve) => {
        wake = resolve;
      });
      this.#resting = { over, wake };
    }
  }

  /** Adds epochs after the last one, at half the first learning rate. */
  prolong(): void {
    this.#next(this.#epochs, { epochs: defaultEpochs, rate: laterRate });
    this.#run = this.#begin();
  }

  /** Takes steps until `stop` is called or all epochs are over. */
  async go(): Promise<"stopped" | "done"> {
    this.#stopping = false;
    while (true) {
      const end = await this.#follow(this.#run);
      if (end !== "goes on") return end;
      this.#run = this.#begin();
    }
  }

  async #follow(run: Fit): Promise<"stopped" | "done" | "goes on"> {
    for await (const event of run) {
      await this.#tell(event);
      if (event.type === "done") return "done";
      await this.#resting?.over;
      if (this.#stopping) return "stopped";
      if (event.type === "validation" && this.#goesOn(event.epoch)) return "goes on";
    }
    throw new Error("internal: the run ended without a done event");
  }

  async #tell(event: FitEvent): Promise<void> {
    if (event.type === "step") {
      this.#news.add(event);
      const last = event.batch === epochOf(this.#train).batches;
      const due = last || this.#news.seconds(event) >= this.#interval;
      this.#listener.stepped(due ? this.#steps(event) : null);
    }
    if (event.type === "epoch") this.#listener.testing();
    if (event.type === "validation") {
      this.#news.skip(event.validationSeconds);
      await this.#listener.tested(event.evaluation);
    }
  }

  #steps(event: StepEvent): Steps {
    const perEpoch = epochOf(this.#train).pictures;
    return {
      ...this.#news.take(event),
      perEpoch,
      epoch: this.#epochsBefore + event.epoch,
      epochs: this.#epochs,
      pictures: this.#picturesBefore + (event.epoch - 1) * perEpoch + event.mean.pictures,
      seconds: this.#secondsBefore + event.seconds,
    };
  }

  /** Whether another run begins, with the same optimiser: over other pictures, or while more are being fetched. */
  #goesOn(epoch: number): boolean {
    const behind = this.#epochsBefore + epoch;
    const train = this.#listener.train();
    if (train.labels.size > this.#train.labels.size) this.#next(behind, { epochs: defaultEpochs, rate: firstRate });
    else if (behind < this.#epochs && train !== this.#train)
      this.#next(behind, { epochs: this.#epochs - behind, rate: this.#optimizer.lr });
    else if (behind === this.#epochs && this.#listener.awaited()) this.#next(behind, { epochs: 1, rate: laterRate });
    else return false;
    return true;
  }

  #next(epochsBefore: number, { epochs, rate }: { readonly epochs: number; readonly rate: number }): void {
    this.#picturesBefore += (epochsBefore - this.#epochsBefore) * epochOf(this.#train).pictures;
    this.#secondsBefore += this.#news.end();
    this.#epochsBefore = epochsBefore;
    this.#epochs = epochsBefore + epochs;
    this.#rate = rate;
    this.#train = this.#listener.train();
  }

  #begin(): Fit {
    const epochs = this.#epochs - this.#epochsBefore;
    const { batches, dropLast } = epochOf(this.#train);
    const steps = epochs * batches;
    const rate = this.#rate;
    return fit(this.#classifier.net, {
      train: this.#train,
      validation: this.#test,
      epochs,
      batchSize,
      dropLast,
      optimizer: this.#optimizer,
      seed: this.#classifier.description.seed + this.#epochsBefore,
      ...this.#classifier.description.normalisation,
      schedule: (step) => rate * (1 - step / steps),
    });
  }
}

/**
 * A last batch of another size would need a program of its own, which takes longer to compile than the batch to learn from. Where it is less than
 * a hundredth of the pictures, it is left out of the epoch: other pictures each time, because they are shuffled.
 */
function epochOf({ labels: { size } }: Dataset): { batches: number; pictures: number; dropLast: boolean } {
  const rest = size % batchSize;
  const dropLast = rest > 0 && rest < size / 100;
  return dropLast
    ? { batches: (size - rest) / batchSize, pictures: size - rest, dropLast }
    : { batches: Math.ceil(size / batchSize), pictures: size, dropLast };
}

/** Collects the means of the steps since the last report. */
class News {
  #count = 0;
  #pictures = 0;
  #loss = 0;
  #right = 0;
  #since = 0;
  #last = 0;
  /** Pictures of the epoch up to the step before. */
  #before = 0;

  add({ mean, loss, accuracy, seconds, batch }: StepEvent): void {
    this.#count += 1;
    this.#pictures += mean.pictures - (batch === 1 ? 0 : this.#before);
    this.#before = mean.pictures;
    this.#loss += loss;
    this.#right += accuracy;
    this.#last = seconds;
  }

  seconds({ seconds }: StepEvent): number {
    return seconds - this.#since;
  }

  /** Leaves out seconds in which no step was taken. */
  skip(seconds: number): void {
    this.#since += seconds;
  }

  take({ seconds }: StepEvent): { loss: number; accuracy: number; imagesPerSecond: number } {
    const [loss, accuracy] = [this.#loss / this.#count, this.#right / this.#count];
    const imagesPerSecond = this.#pictures / (seconds - this.#since);
    this.#clear(seconds);
    return { loss, accuracy, imagesPerSecond };
  }

  /** Ends the run; returns its seconds. */
  end(): number {
    const seconds = this.#last;
    this.#last = 0;
    this.#clear(0);
    return seconds;
  }

  #clear(since: number): void {
    this.#since = since;
    this.#count = this.#pictures = this.#loss = this.#right = 0;
  }
}
