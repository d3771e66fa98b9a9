// A Python process on one thread that answers each line of JSON with one: PyTorch's side of a benchmark.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fail } from "./arguments.js";

/** Starts bench/`script` with $PYTHON, by default python3. */
export function startPeer(script) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const env = { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  const child = spawn(process.env.PYTHON ?? "python3", [path], { stdio: ["pipe", "pipe", "inherit"], env });
  child.on("error", ({ message }) => fail(message));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await answers.next();
    if (done) fail("PyTorch's side has ended");
    return JSON.parse(value);
  };
  return { ask, stop: () => child.stdin.end() };
}
