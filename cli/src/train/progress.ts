// Shows the progress of a training: a bar that is redrawn in place on a terminal, one plain line for each epoch elsewhere.
import type { EpochEvent, FitEvent, Mean, StartEvent, StepEvent, ValidationEvent } from "chainrule/train";
import type { SingleBar } from "cli-progress";
import { briefRates, type ReadingPace, spentRecord, spentWords } from "../large/pace.ts";
import { startBar } from "../terminal/bars.ts";
import type { Screen } from "../terminal/screen.ts";
import { percent, thousands } from "../wording.ts";

/** Steps between two "step" events, from which programs can draw a loss curve. */
const stepsPerEvent = 100;

export class Progress {
  readonly #screen: Screen;
  /** Of streamed pictures; null for pictures in memory. */
  readonly #pace: ReadingPace | null;
  #extent: StartEvent | null = null;
  #bar: SingleBar | null = null;

  constructor(screen: Screen, pace: ReadingPace | null = null) {
    this.#screen = screen;
    this.#pace = pace;
  }

  show(event: FitEvent): void {
    if (event.type === "start") this.#extent = event;
    else if (this.#extent === null) throw new Error("internal: the run did not begin with a start event");
    else if (event.type === "step") this.#step(event, this.#extent);
    else if (event.type === "epoch") this.#epoch(event, this.#extent);
    else if (event.type === "validation") this.#validation(event);
  }

  #step(event: StepEvent, { epochs, pictures }: StartEvent): void {
    const { step, epoch, loss, mean, imagesPerSecond } = event;
    if (step % stepsPerEvent === 0) this.#screen.event("step", { step, epoch, loss });
    if (!this.#screen.redrawn) return;
    const left = ((epochs - epoch + 1) * pictures - mean.pictures) / imagesPerSecond;
    const apart = this.#pace === null ? "" : ` (${briefRates(this.#pace.epoch)})`;
    const speed = `${thousands(imagesPerSecond)} images/s${apart}`;
    const payload = { ...numbers(mean), speed, time: `${duration(left)} left` };
    this.#bar ??= startBar(this.#screen, {
      format: `epoch ${epoch}/${epochs} {bar} loss {loss}  accuracy {accuracy}  {speed}  {time}`,
      total: pictures,
      clear: false,
      payload,
    });
    this.#bar.update(mean.pictures, payload);
  }

  #epoch(event: EpochEvent, { epochs, pictures }: StartEvent): void {
    const { epoch, loss, accuracy, imagesPerSecond, epochSeconds: seconds } = event;
    const time = `${seconds.toFixed(1)} s`;
    const speed = `${thousands(imagesPerSecond)} images/s`;
    if (this.#bar !== null) this.#bar.update(pictures, { ...numbers(event), speed, time });
    this.stop();
    if (!this.#screen.redrawn) {
      const shown = numbers(event);
      this.#screen.say(`epoch ${epoch}/${epochs}  loss ${shown.loss}  accuracy ${shown.accuracy}  ${speed}  ${time}`);
    }
    const spent = this.#pace?.epoch ?? null;
    if (spent !== null) this.#screen.say(`  ${spentWords(spent)}`);
    const reading = spent === null ? {} : { reading: spentRecord(spent) };
    this.#screen.event("epoch", { epoch, epochs, loss, accuracy, imagesPerSecond, seconds, ...reading });
  }

  #validation({ epoch, loss, accuracy, improved, validationSeconds: seconds }: ValidationEvent): void {
    const shown = numbers({ loss, accuracy });
    this.#screen.say(
      `  validation  loss ${shown.loss}  accuracy ${shown.accuracy}${improved ? "  the best so far" : ""}`,
    );
    this.#screen.event("validation", { epoch, loss, accuracy, improved, seconds });
  }

  /** Leaves the bar as it is, and shows the cursor again. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

const numbers = ({ loss, accuracy }: Pick<Mean, "loss" | "accuracy">) => ({
  loss: loss.toFixed(4),
  accuracy: percent(accuracy),
});

export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
