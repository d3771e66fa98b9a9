// Shows the progress of reading pictures: a bar on a terminal, from half a second on, and one line at the end.
import type { SingleBar } from "cli-progress";
import { startBar } from "../terminal/bars.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted, thousands } from "../wording.ts";

export class ReadingProgress {
  readonly #screen: Screen;
  readonly #directory: string;
  readonly #work: string;
  readonly #began = performance.now();
  #bar: SingleBar | null = null;

  /** `work` says what is done to the folder. */
  constructor(screen: Screen, directory: string, work = "reading") {
    this.#screen = screen;
    this.#directory = directory;
    this.#work = work;
  }

  show(done: number, total: number): void {
    if (!this.#screen.redrawn || (this.#bar === null && performance.now() - this.#began < 500)) return;
    this.#bar ??= startBar(this.#screen, {
      format: `${this.#work} ${this.#directory} {bar} {value} of {total} pictures`,
      total,
      clear: true,
    });
    this.#bar.update(done);
  }

  /** Says how many pictures were read, and how many of them were decoded in an earlier run. */
  end(pictures: number, kept: number): void {
    this.stop();
    const seconds = (performance.now() - this.#began) / 1000;
    const which = kept === 0 ? "" : `, ${kept === pictures ? "all" : thousands(kept)} kept from an earlier time`;
    this.#screen.say(`read ${counted(pictures, "picture")} from ${this.#directory} in ${seconds.toFixed(1)} s${which}`);
  }

  /** Removes the bar and shows the cursor again. */
  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}
