// Trains a classifier by chainrule's fit loop, as the command line does: Adam, batches of 64, a learning rate that falls linearly. It can
// be stopped and continued at any step, and pauses while its part is out of view. Training pictures that arrive during an epoch are
// used from the next one on: the default number of epochs then starts anew, and training does not end before they have arrived. Between two
// steps it can move from the processor to the GPU and back; where the GPU fails, it goes on on the processor from the last report.
import type { Dataset } from "chainrule/data";
import { type Checkpoint, type Evaluation, type Fit, type FitEvent, fit, type StepEvent } from "chainrule/train";
import { type Refusal, refusalIn } from "../../engine/gpu.ts";
import type { Device, Steps } from "../messages.ts";
import type { Classifier } from "./classifier.ts";
import { News } from "./news.ts";
import { batchSize, defaultEpochs, firstRate, laterRate } from "./plan.ts";
import { Seat } from "./seat.ts";

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
  /** The GPU cannot go on, for this reason, and the processor does. */
  refused(refusal: Refusal): void;
}

export class Trainer {
  readonly #classifier: Classifier;
  readonly #test: Dataset;
  readonly #listener: Listener;
  /** Seconds between two reports. */
  readonly #interval: number;
  #seat: Seat;
  /** Where the next step is to be taken. */
  #device: Device;
  #train: Dataset;
  #run: Fit;
  /** The run at the last report: where the GPU is lost, what came after it is lost too. */
  #reported: Checkpoint;
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
    { interval, device, ...listener }: Listener & { readonly interval: number; readonly device: Device },
  ) {
    // A net of an earlier visit or a file goes on as after the end of a run.
    if (classifier.trained) this.#rate = laterRate;
    this.#classifier = classifier;
    this.#test = test;
    this.#listener = listener;
    this.#interval = interval;
    this.#device = device;
    this.#seat = new Seat(classifier, device);
    this.#train = listener.train();
    this.#run = this.#begin();
    this.#reported = this.#run.checkpoint();
  }

  /** Moves the training to a device, before the next step. */
  use(device: Device): void {
    this.#device = device;
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
    this.#restart();
  }

  /** Takes steps until `stop` is called or all epochs are over. */
  async go(): Promise<"stopped" | "done"> {
    this.#stopping = false;
    while (true) {
      if (this.#device !== this.#seat.device) this.#move(this.#run.checkpoint());
      const end = await this.#follow(this.#run);
      if (end === "stopped" || end === "done") return end;
      if (end === "goes on") this.#restart();
    }
  }

  async #follow(run: Fit): Promise<"stopped" | "done" | "goes on" | "moves"> {
    try {
      const end = await this.#events(run);
      await this.#bringBack(run);
      return end;
    } catch (error) {
      const refusal = refusalIn(error);
      if (this.#seat.device === "wasm" || refusal === null) throw error;
      this.#device = "wasm";
      this.#listener.refused(refusal);
      this.#move(this.#reported);
      return "moves";
    }
  }

  async #events(run: Fit): Promise<"stopped" | "done" | "goes on" | "moves"> {
    for await (const event of run) {
      await this.#tell(event, run);
      if (event.type === "done") return "done";
      await this.#resting?.over;
      if (this.#stopping) return "stopped";
      if (event.type === "validation" && this.#goesOn(event.epoch)) return "goes on";
      if (this.#device !== this.#seat.device) return "moves";
    }
    throw new Error("internal: the run ended without a done event");
  }

  async #tell(event: FitEvent, run: Fit): Promise<void> {
    if (event.type === "start") this.#news.begin(event.done.pictures);
    if (event.type === "step") {
      this.#news.add(event);
      const last = event.batch === epochOf(this.#train).batches;
      // On the GPU several steps are taken before their events come.
      const due = run.canCheckpoint && (last || this.#news.seconds(event) >= this.#interval);
      if (due) await this.#bringBack(run);
      this.#listener.stepped(due ? this.#steps(event) : null);
    }
    if (event.type === "epoch") this.#listener.testing();
    if (event.type === "validation") {
      await this.#bringBack(run);
      this.#news.skip(event.validationSeconds);
      await this.#listener.tested(event.evaluation);
    }
  }

  async #bringBack(run: Fit): Promise<void> {
    if (this.#seat.device === "wasm") return;
    await this.#seat.share();
    this.#reported = run.checkpoint();
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
      this.#next(behind, { epochs: this.#epochs - behind, rate: this.#seat.optimizer.lr });
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

  #restart(): void {
    this.#run = this.#begin();
    this.#reported = this.#run.checkpoint();
  }

  /** Goes on elsewhere, as at the checkpoint. */
  #move(checkpoint: Checkpoint): void {
    this.#secondsBefore += this.#news.end();
    this.#seat = new Seat(this.#classifier, this.#device);
    this.#run = this.#begin(checkpoint);
    this.#reported = checkpoint;
  }

  #begin(resume?: Checkpoint): Fit {
    const epochs = this.#epochs - this.#epochsBefore;
    const { batches, dropLast } = epochOf(this.#train);
    const steps = epochs * batches;
    const rate = this.#rate;
    const { net, optimizer, device } = this.#seat;
    return fit(net, {
      train: this.#train,
      validation: this.#test,
      epochs,
      batchSize,
      dropLast,
      optimizer,
      device,
      resume,
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
