// One side of a comparison (contestants.js): a process with a given number of threads, which answers one question after the other. An
// error there (a missing package, an exception, a step that does not end) becomes a sentence in the table and ends this side, not the bench.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const timeoutMs = 150e3; // for one answer: jax-js takes half a minute to compile the largest net
/** The environment variables that limit the number of threads of PyTorch's libraries, of chainrule and of XLA. */
const limitedTo = (threads) =>
  Object.fromEntries(
    ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "CHAINRULE_THREADS", "NPROC"].map((name) => [name, `${threads}`]),
  );

export class Side {
  #child;
  #answers;
  /** The end of what the process wrote to stderr. */
  #stderr = "";
  name;
  threads;
  failure = null;
  /** Milliseconds that all its answers have taken. */
  spent = 0;

  constructor({ label, command: [command, ...args], threads }) {
    this.name = label;
    this.threads = threads;
    const env = { ...process.env, ...limitedTo(threads) };
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env });
    this.#child.on("error", ({ message }) => (this.#stderr += `${message}\n`));
    this.#child.stderr.on("data", (text) => (this.#stderr = `${this.#stderr}${text}`.slice(-2000)));
    this.#child.stdin.on("error", () => {}); // the process has ended, which ask() notices as well
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Sends the side its work. */
  async begin(question) {
    return this.ask({ ...question, threads: this.threads });
  }

  /** The answer; null if the side has failed. */
  async ask(question) {
    if (this.failure) return null;
    const start = performance.now();
    const timer = setTimeout(() => {
      this.failure = `no answer for ${timeoutMs / 1e3} s`;
      this.#child.kill();
    }, timeoutMs);
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
      if (done) return { error: this.#lastError() };
      if (value.startsWith("{")) return JSON.parse(value); // libraries print to stdout as well
    }
  }

  /** The last error message of the process; of a stack trace only its message. */
  #lastError() {
    const lines = this.#stderr.split("\n").filter((line) => line.trim() !== "");
    return (
      lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? "the process ended without an error message"
    );
  }
}
