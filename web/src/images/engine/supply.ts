// The training and test pictures: MNIST, whose first share is enough to begin, or a dropped data set. The caller's `wanted` says whether
// they are still wanted when they arrive.
import { type Dataset, framingOf, normalisation } from "chainrule/data";
import type { Description } from "chainrule/model";
import type { DataFacts } from "../messages.ts";
import { Trouble } from "../trouble.ts";
import { type Data, sampleOf } from "./dropped-data.ts";
import { Mnist, shareSize, shares } from "./mnist.ts";

/** The properties of the pictures that a net for them needs. */
export type Form = Pick<Description, "input" | "classes" | "normalisation" | "framing">;

/** MNIST's properties, for nets that are made before its pictures are fetched. */
const mnistForm: Form = {
  input: [1, 28, 28],
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  normalisation: { mean: [0.1307], std: [0.3081] },
  framing: "digit",
};

interface News {
  data(facts: DataFacts): void;
  /** The fraction fetched, 0 to 1; null at the end. */
  fetched(part: number | null): void;
}

export class Supply {
  readonly #mnist: Mnist;
  readonly #news: News;
  #dropped: Data | null = null;
  #form = mnistForm;
  #train: Dataset | null = null;
  #test: Dataset | null = null;
  #all = false;
  #gathering = 0;

  constructor(base: string, news: News) {
    this.#mnist = new Mnist(base);
    this.#news = news;
  }

  get name(): string {
    return this.#dropped?.name ?? "mnist";
  }

  get form(): Form {
    return this.#form;
  }

  /** The training pictures in memory. */
  get train(): Dataset {
    if (this.#train === null) throw new Error("internal: nothing to learn from");
    return this.#train;
  }

  /** Whether training can start without fetching anything. */
  get isThere(): boolean {
    return this.#train !== null && this.#test !== null;
  }

  /** Whether more pictures are being fetched and are still wanted. */
  get awaited(): boolean {
    return this.#gathering > 0 && this.#wantsAll;
  }

  /** Whether all of MNIST is wanted. */
  get #wantsAll(): boolean {
    return this.#all && this.#dropped === null;
  }

  /** Whether to train on all pictures, or on 10,000 for a quick start. */
  get all(): boolean {
    return this.#all;
  }
  set all(all: boolean) {
    this.#all = all;
    this.#refresh();
  }

  /** Takes a dropped data set; null for MNIST. */
  use(data: Data | null): void {
    this.#dropped = data;
    this.#form = data === null ? mnistForm : formOf(data.train);
    this.#hold(null, null);
    this.#refresh();
  }

  /** Fetches the first share of the training pictures and the test pictures; returns the test pictures. `quiet`: without news of it. */
  async first(wanted: () => boolean, { quiet = false } = {}): Promise<Dataset> {
    if (this.#train !== null && this.#test !== null) return this.#test;
    const parts = [0, 0];
    const progress = (which: 0 | 1) => (part: number) => {
      parts[which] = part;
      if (wanted() && !quiet) this.#news.fetched((parts[0] + parts[1]) / 2);
    };
    try {
      const [train, test] = await Promise.all([this.#mnist.train(1, progress(0)), this.#mnist.test(progress(1))]);
      if (wanted()) this.#hold(train, test);
      return test;
    } finally {
      if (wanted() && !quiet) this.#news.fetched(null);
    }
  }

  /** Fetches all training pictures, if they are wanted, while training goes on. */
  async gather(): Promise<void> {
    if (!this.#wantsAll || this.train.labels.size >= shares * shareSize) return;
    this.#gathering++;
    try {
      const train = await this.#mnist.train(shares, (part) => {
        if (this.#wantsAll) this.#news.fetched(part);
      });
      if (this.#wantsAll) this.#hold(train, this.#test);
    } finally {
      this.#gathering--;
      this.#news.fetched(null);
    }
  }

  /** The data that the visitor dropped; null for MNIST. */
  get dropped(): Data | null {
    return this.#dropped;
  }

  /** Whether a net takes the pictures in use, and has their classes. */
  fits({ input, classes }: Pick<Description, "input" | "classes">): boolean {
    const { form } = this;
    return form.input.join() === input.join() && form.classes.join() === classes.join();
  }

  /** Throws Trouble where a net takes pictures of another shape, or has other classes. */
  checkFits(description: Description): void {
    if (this.fits(description)) return;
    const { input, classes } = description;
    const { form } = this;
    throw new Trouble({
      about: "misfit",
      input: input.join("×"),
      classes,
      data: this.name,
      dataInput: form.input.join("×"),
      dataClasses: form.classes,
    });
  }

  /** Uses as many of the pictures in memory as are wanted now. */
  #refresh(): void {
    if (this.#dropped !== null)
      this.#hold(this.#all ? this.#dropped.train : sampleOf(this.#dropped.train, shareSize), this.#dropped.test);
    else if (!this.#all && this.#train !== null && this.#train.labels.size > shareSize)
      this.#hold(sampleOf(this.#train, shareSize), this.#test);
  }

  #hold(train: Dataset | null, test: Dataset | null): void {
    if (train?.labels.size === this.#train?.labels.size && test === this.#test) return;
    this.#train = train;
    this.#test = test;
    this.#news.data({ name: this.name, train: train?.labels.size ?? 0, test: test?.labels.size ?? 0 });
  }
}

function formOf(train: Dataset): Form {
  const [, channels, height, width] = train.images.shape;
  return {
    input: [channels, height, width],
    classes: train.classes,
    normalisation: normalisation(train),
    framing: framingOf(train),
  };
}
