// Options and texts that several commands have in common.
import { Option } from "commander";
import { defaults } from "../train/plan.ts";
import { integer } from "../values.ts";

/** Gets the exit code of the command that was run. */
export type Finish = (code: number) => void;

export const dataHelp =
  '"mnist", a folder with four IDX files as MNIST and EMNIST have them, plain or .gz, or a folder of pictures with a subfolder ' +
  "for each class, or with folders such as train/ and test/ that each have such subfolders";

/** The default of an option as --help shows it, for IDX files and for pictures where they differ. */
export function defaultText(key: keyof typeof defaults.idx): string {
  const [idx, pictures] = [defaults.idx[key], defaults.pictures[key]];
  return idx === pictures ? `(default: ${idx})` : `(default: ${idx ?? "none"}; for folders of pictures ${pictures})`;
}

export const json = () =>
  new Option("--json", "print one JSON object a line to stdout, and the text for people to stderr");
export const threads = () =>
  new Option(
    "--threads <n>",
    "number of threads; the result is the same at any number (default: one for each processor)",
  ).argParser(integer(1, 1000));
export const noCache = () =>
  new Option("--no-cache", "keep no decoded pictures for the next time, and use none that were kept");
export const epochs = () =>
  new Option("--epochs <n>", `passes over all training pictures ${defaultText("epochs")}`).argParser(
    integer(1, 100_000),
  );
export const batchSize = () =>
  new Option(
    "--batch-size <n>",
    "pictures in each step (default: 64; 16 or 32 for folders of fewer than 2,000 pictures)",
  ).argParser(integer(1, 1_000_000));
export const seed = () =>
  new Option(
    "--seed <n>",
    `seed of all that is random: the first weights, the order of the pictures, those set aside ${defaultText("seed")}`,
  ).argParser(integer(0, 2 ** 32 - 1));
export const patience = () =>
  new Option(
    "--patience <n>",
    `end early after this many epochs in a row without a lower validation loss ${defaultText("patience")}`,
  ).argParser(integer(1, 100_000));
export const skipBroken = () => new Option("--skip-broken", "leave out pictures that cannot be read, and name them");
