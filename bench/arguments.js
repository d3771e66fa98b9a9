// Reads the arguments that benches share: the number of rounds, and the numbers of threads.
import { basename } from "node:path";

/** Prints a sentence and ends the process with exit code 1. */
export function fail(sentence) {
  console.error(`bench/${basename(process.argv[1], ".js")}: ${sentence}`);
  process.exit(1);
}

/** The first word that is no option, as a whole number of at least 1; `fallback` if there is none. */
export function countIn(words, { name, fallback }) {
  const word = words.find((text) => !text.startsWith("--"));
  const count = Number(word ?? fallback);
  if (!Number.isSafeInteger(count) || count < 1) fail(`${name}: ${word}, give a whole number of at least 1`);
  return count;
}

/** The numbers of threads in a list such as "1,2", without duplicates, in ascending order. */
export function threadsIn(text) {
  const threads = text.split(",").map(Number);
  if (threads.some((count) => !Number.isSafeInteger(count) || count < 1))
    fail(`--threads ${text}: give whole numbers of at least 1, with commas`);
  return [...new Set(threads)].sort((a, b) => a - b);
}
