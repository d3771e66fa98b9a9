// What a program prints, bounded: the first outputs are passed on at once, the last ones at the end, and those in between are counted.
// An endless loop that prints would otherwise fill the memory of the page.
import type { Output } from "./messages.ts";

const maxFirst = 500; // outputs
const maxLast = 100; // outputs
const maxLetters = 200_000; // of the first outputs
const maxLettersEach = 10_000; // of one output

export interface Rest {
  readonly leftOut: number;
  readonly last: readonly Output[];
}

export class Recorder {
  readonly #pass: (output: Output) => void;
  readonly #full: () => void;
  readonly #last: Output[] = [];
  #passed = 0;
  #letters = 0;
  #keptBack = 0;

  constructor(pass: (output: Output) => void, full: () => void) {
    this.#pass = pass;
    this.#full = full;
  }

  record({ text, tone }: Output): void {
    const output: Output = { text: shortened(text), tone };
    if (this.#keptBack === 0 && this.#passed < maxFirst && this.#letters + output.text.length <= maxLetters) {
      this.#passed++;
      this.#letters += output.text.length;
      this.#pass(output);
      return;
    }
    if (this.#keptBack++ === 0) this.#full();
    this.#last.push(output);
    if (this.#last.length > maxLast) this.#last.shift();
  }

  rest(): Rest {
    return { leftOut: this.#keptBack - this.#last.length, last: [...this.#last] };
  }
}

function shortened(text: string): string {
  if (text.length <= maxLettersEach) return text;
  const more = text.length - maxLettersEach;
  return `${text.slice(0, maxLettersEach)}… ${more} more character${more === 1 ? "" : "s"}`;
}
