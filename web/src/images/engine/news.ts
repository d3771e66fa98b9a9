// What a training has to report: the means of the steps since the last report.
import type { StepEvent } from "chainrule/train";

export class News {
  #count = 0;
  #pictures = 0;
  #loss = 0;
  #right = 0;
  #since = 0;
  #last = 0;
  /** Pictures of the epoch up to the step before. */
  #before = 0;

  /** Begins, or goes on, with an epoch of which this many pictures were used. */
  begin(pictures: number): void {
    this.#before = pictures;
  }

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
