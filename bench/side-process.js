// One side of a comparison (contestants.js), in a process of its own that is asked in turn and has so many threads. Whatever goes wrong
// there (a missing package, an exception, a step that does not end) becomes a sentence in the table and ends that side, never the bench.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const patience = 150e3; // ms for one answer: jax-js takes half a minute to compile the largest net
/** How many threads a process may start at all: PyTorch's libraries and chainrule read it. */
const limitedTo = (threads) =>
  Object.fromEntries(["OMP_NUM_THREADS", "MKL_NUM_THREADS", "CHAINRULE_THREADS"].map((name) => [name, `${threads}`]));

export class Side {
  #child;
  #answers;
  #complaints = "";
  name;
  threads;
  failure = null;
  /** Milliseconds that its answers have taken. */
  spent = 0;

  constructor({ label, command: [command, ...args], threads }) {
    this.name = label;
    this.threads = threads;
    const env = { ...process.env, ...limitedTo(threads) };
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env });
    this.#child.on("error", ({ message }) => (this.#complaints += `${message}\n`));
    this.#child.stderr.on("data", (text) => (this.#complaints = `${this.#complaints}${text}`.slice(-2000)));
    this.#child.stdin.on("error", () => {}); // it has gone: ask() sees that too
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Hands a work over. */
  async begin(question) {
    return this.ask({ ...question, threads: this.threads });
  }

  /** The answer, or null once the side has failed. */
  async ask(question) {
    if (this.failure) return null;
    const start = performance.now();
    const timer = setTimeout(() => {
      this.failure = `no answer for ${patience / 1e3} s`;
      this.#child.kill();
    }, patience);
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await this.#next();
    clearTimeout(timer);
    this.spent += performance.now() - start;
    if (answer.error) this.fail(answer.error);
    return this.failure ? null : answer;
  }

  fail(sentence) {
    this.failure ??= sentence.replaceAll(/\s+/g, " ").trim();
    this.stop();
  }

  stop() {
    this.#child.stdin.end();
    this.#child.kill();
  }

  async #next() {
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done) return { error: this.#lastWords() };
      if (value.startsWith("{")) return JSON.parse(value); // libraries greet on stdout too
    }
  }

  /** What the process wrote before it went: of a stack trace its message. */
  #lastWords() {
    const lines = this.#complaints.split("\n").filter((line) => line.trim() !== "");
    return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? "the process ended without a word";
  }
}
