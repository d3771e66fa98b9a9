// How the reading of pictures looks: a bar on a terminal, where it takes long enough to be seen, and one line at the end.
import { SingleBar } from "cli-progress";
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
    if (!this.#screen.words.isTTY || (this.#bar === null && performance.now() - this.#began < 500)) return;
    if (this.#bar === null) {
      this.#bar = new SingleBar({
        ...{ format: `reading ${this.#directory} {bar} {value} of {total} pictures`, stream: this.#screen.words },
        ...{ barsize: 10, barCompleteChar: "█", barIncompleteChar: "░" },
        ...{ fps: 10, hideCursor: true, gracefulExit: false, clearOnComplete: true },
      });
      this.#bar.start(total, done);
    }
    this.#bar.update(done);
  }

  end(pictures: number): void {
    this.stop();
    const seconds = (performance.now() - this.#began) / 1000;
    this.#screen.say(`read ${thousands(pictures)} pictures in ${this.#directory}, ${seconds.toFixed(1)} s`);
  }

  /** Leaves the terminal as it was. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}
