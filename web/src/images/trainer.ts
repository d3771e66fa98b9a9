// Trains a classifier by chainrule's fit loop, as the command line does: Adam, batches of 64, a learning rate that falls in a straight line.
// It can be stopped and gone on with at any step, rests while nobody looks, and takes more pictures at the end of an epoch, when
// they have come meanwhile: the usual number of epochs begins with them, and does not end before they are there.
import { Adam } from "chainrule";
import type { Dataset } from "chainrule/data";
import { type Evaluation, type Fit, type FitEvent, fit, type StepEvent } from "chainrule/train";
import type { Classifier } from "./classifier.ts";
import type { Steps } from "./messages.ts";

const batchSize = 64;
const firstRate = 0.003;
/** Where a run goes on after its end. */
const laterRate = firstRate / 2;
export const usualEpochs = 4;

export interface Listener {
  /** A step was taken; `steps` is null but a few times a second and at the end of an epoch. */
  stepped(steps: Steps | null): void;
  testing(): void;
  tested(evaluation: Evaluation): void;
  /** The pictures to learn from by now. */
  train(): Dataset;
  /** Whether more of them are on their way. */
  awaited(): boolean;
}

export class Trainer {
  readonly #classifier: Classifier;
  readonly #test: Dataset;
  readonly #listener: Listener;
  /** Seconds between two news. */
  readonly #interval: number;
  readonly #optimizer: Adam;
  #train: Dataset;
  #run: Fit;
  #rate = firstRate;
  #epochs = usualEpochs;
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

  /** Waits before its next step, until it is told otherwise. */
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

  /** More epochs after the last, in steps half as large as at first. */
  prolong(): void {
    this.#next(this.#epochs, { epochs: usualEpochs, rate: laterRate });
    this.#run = this.#begin();
  }

  /** Takes steps until it is stopped or all epochs are over. */
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
      this.#tell(event);
      if (event.type === "done") return "done";
      await this.#resting?.over;
      if (this.#stopping) return "stopped";
      if (event.type === "validation" && this.#goesOn(event.epoch)) return "goes on";
    }
    throw new Error("internal: a run without an end");
  }

  #tell(event: FitEvent): void {
    if (event.type === "step") {
      this.#news.add(event);
      const last = event.batch === Math.ceil(this.#train.labels.size / batchSize);
      const due = last || this.#news.seconds(event) >= this.#interval;
      this.#listener.stepped(due ? this.#steps(event) : null);
    }
    if (event.type === "epoch") this.#listener.testing();
    if (event.type === "validation") {
      this.#news.skip(event.validationSeconds);
      this.#listener.tested(event.evaluation);
    }
  }

  #steps(event: StepEvent): Steps {
    const perEpoch = this.#train.labels.size;
    return {
      ...this.#news.take(event),
      ...{ perEpoch, epoch: this.#epochsBefore + event.epoch, epochs: this.#epochs },
      pictures: this.#picturesBefore + (event.epoch - 1) * perEpoch + event.mean.pictures,
      seconds: this.#secondsBefore + event.seconds,
    };
  }

  /** Whether another run begins, with the optimiser as it is: over other pictures, or while more are on their way. */
  #goesOn(epoch: number): boolean {
    const behind = this.#epochsBefore + epoch;
    const train = this.#listener.train();
    if (train.labels.size > this.#train.labels.size) this.#next(behind, { epochs: usualEpochs, rate: firstRate });
    else if (behind < this.#epochs && train !== this.#train)
      this.#next(behind, { epochs: this.#epochs - behind, rate: this.#optimizer.lr });
    else if (behind === this.#epochs && this.#listener.awaited()) this.#next(behind, { epochs: 1, rate: laterRate });
    else return false;
    return true;
  }

  #next(epochsBefore: number, { epochs, rate }: { readonly epochs: number; readonly rate: number }): void {
    this.#picturesBefore += (epochsBefore - this.#epochsBefore) * this.#train.labels.size;
    this.#secondsBefore += this.#news.end();
    this.#epochsBefore = epochsBefore;
    this.#epochs = epochsBefore + epochs;
    this.#rate = rate;
    this.#train = this.#listener.train();
  }

  #begin(): Fit {
    const epochs = this.#epochs - this.#epochsBefore;
    const steps = epochs * Math.ceil(this.#train.labels.size / batchSize);
    const rate = this.#rate;
    return fit(this.#classifier.net, {
      ...{ train: this.#train, validation: this.#test, epochs, batchSize, optimizer: this.#optimizer },
      ...{
        seed: this.#classifier.description.seed + this.#epochsBefore,
        ...this.#classifier.description.normalisation,
      },
      schedule: (step) => rate * (1 - step / steps),
    });
  }
}

/** What the steps since the last news came to. */
class News {
  #count = 0;
  #pictures = 0;
  #loss = 0;
  #right = 0;
  #since = 0;
  #last = 0;
  /** Pictures of the epoch behind the step before. */
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

  /** Time in which no step was taken. */
  skip(seconds: number): void {
    this.#since += seconds;
  }

  take({ seconds }: StepEvent): { loss: number; accuracy: number; imagesPerSecond: number } {
    const [loss, accuracy] = [this.#loss / this.#count, this.#right / this.#count];
    const imagesPerSecond = this.#pictures / (seconds - this.#since);
    this.#clear(seconds);
    return { loss, accuracy, imagesPerSecond };
  }

  /** The run is over; gives its seconds. */
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
