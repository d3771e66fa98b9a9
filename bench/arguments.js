// What the benches take on their command lines, beside options: how often, and on how many threads.
import { basename } from "node:path";

/** Ends the bench with a sentence. */
export function fail(sentence) {
  console.error(`bench/${basename(process.argv[1], ".js")}: ${sentence}`);
  process.exit(1);
}

/** The first of the words that is no option, as a whole number of at least 1; `fallback` where there is none. */
export function countIn(words, { name, fallback }) {
  const word = words.find((text) => !text.startsWith("--"));
  const count = Number(word ?? fallback);
  if (!Number.isSafeInteger(count) || count < 1) fail(`${name}: ${word}, give a whole number of at least 1`);
  return count;
}

/** Numbers of threads from "1,2": each once, the smallest first. */
export function threadsIn(text) {
  const threads = text.split(",").map(Number);
  if (threads.some((count) => !Number.isSafeInteger(count) || count < 1))
    fail(`--threads ${text}: give whole numbers of at least 1, with commas`);
  return [...new Set(threads)].sort((a, b) => a - b);
}
