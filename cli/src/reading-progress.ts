// Shows the progress of reading pictures: a bar on a terminal, from half a second on, and one line at the end.
import type { SingleBar } from "cli-progress";
import { startBar } from "./bars.ts";
import { type Screen, thousands } from "./screen.ts";

export class ReadingProgress {
  readonly #screen: Screen;
  readonly #directory: string;
  readonly #began = performance.now();
  #bar: SingleBar | null = null;

  constructor(screen: Screen, directory: string) {
    this.#screen = screen;
    this.#directory = directory;
  }

  show(done: number, total: number): void {
    if (!this.#screen.redrawn || (this.#bar === null && performance.now() - this.#began < 500)) return;
    this.#bar ??= startBar(this.#screen, {
      format: `reading ${this.#directory} {bar} {value} of {total} pictures`,
      total,
      clear: true,
    });
    this.#bar.update(done);
  }

  end(pictures: number): void {
    this.stop();
    const seconds = (performance.now() - this.#began) / 1000;
    this.#screen.say(`read ${thousands(pictures)} pictures from ${this.#directory} in ${seconds.toFixed(1)} s`);
  }

  /** Removes the bar and shows the cursor again. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}
