// How training looks while it runs: a bar that is redrawn in place on a terminal, one plain line an epoch elsewhere.
import { SingleBar } from "cli-progress";
import { percent, type Screen, thousands } from "./screen.ts";
import type { Step } from "./training.ts";

export interface Extent {
  readonly epochs: number;
  readonly picturesPerEpoch: number;
  /** What an earlier run had done already. */
  readonly done: { readonly epochs: number; readonly pictures: number };
}

export class Progress {
  readonly #screen: Screen;
  readonly #extent: Extent;
  readonly #began = performance.now();
  #epochBegan = performance.now();
  /** Pictures of the running epoch that were seen before it began here. */
  #before: number;
  #bar: SingleBar | null = null;

  constructor(screen: Screen, extent: Extent) {
    this.#screen = screen;
    this.#extent = extent;
    this.#before = extent.done.pictures;
  }

  /** Pictures a second since training began here. */
  #speed({ epoch, mean }: Step): number {
    const { done, picturesPerEpoch } = this.#extent;
    const seen = (epoch - done.epochs) * picturesPerEpoch + mean.pictures - done.pictures;
    return (1000 * seen) / (performance.now() - this.#began);
  }

  show(step: Step): void {
    const { epochs, picturesPerEpoch } = this.#extent;
    if (this.#screen.words.isTTY) {
      const left = ((epochs - step.epoch) * picturesPerEpoch - step.mean.pictures) / this.#speed(step);
      this.#bar ??= this.#startBar(step);
      this.#bar.update(step.mean.pictures, {
        ...numbers(step),
        speed: thousands(this.#speed(step)),
        time: `${duration(left)} left`,
      });
    }
    if (step.endsEpoch) this.#endEpoch(step);
  }

  #startBar({ epoch }: Step): SingleBar {
    const format = `epoch ${epoch + 1}/${this.#extent.epochs} {bar} loss {loss}  accuracy {accuracy}  {speed} images/s  {time}`;
    const bar = new SingleBar({
      ...{ format, stream: this.#screen.words, barsize: 10, barCompleteChar: "█", barIncompleteChar: "░" },
      ...{ fps: 10, hideCursor: true, gracefulExit: false, clearOnComplete: false },
    });
    bar.start(this.#extent.picturesPerEpoch, 0, { loss: "", accuracy: "", speed: "", time: "" });
    return bar;
  }

  #endEpoch(step: Step): void {
    const { epochs, picturesPerEpoch } = this.#extent;
    const seconds = (performance.now() - this.#epochBegan) / 1000;
    const imagesPerSecond = (picturesPerEpoch - this.#before) / seconds;
    const { loss, accuracy } = step.mean;
    const time = `${seconds.toFixed(1)} s`;
    if (this.#bar !== null)
      this.#bar.update(picturesPerEpoch, { ...numbers(step), speed: thousands(imagesPerSecond), time });
    this.stop();
    if (!this.#screen.words.isTTY) {
      const shown = numbers(step);
      this.#screen.say(
        `epoch ${step.epoch + 1}/${epochs}  loss ${shown.loss}  accuracy ${shown.accuracy}  ${thousands(imagesPerSecond)} images/s  ${time}`,
      );
    }
    this.#screen.event("epoch", { epoch: step.epoch + 1, epochs, loss, accuracy, imagesPerSecond, seconds });
    this.#epochBegan = performance.now();
    this.#before = 0;
  }

  /** Leaves the bar as it stands, and gives the cursor back. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

const numbers = ({ mean }: Step) => ({ loss: mean.loss.toFixed(4), accuracy: percent(mean.accuracy) });

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
