// chainrule predict and its options.
import type { Command } from "commander";
import { type PredictOptions, predict } from "../predict/predict.ts";
import { integer } from "../values.ts";
import { type Finish, json, threads } from "./options.ts";

export function addPredict(command: Command, finish: Finish): void {
  command
    .argument("<model>", "a file that train saved")
    .argument("<image...>", "PNG, JPEG, GIF, BMP, WebP, AVIF or TIFF of any size, or folders of them")
    .option(
      "--top <k>",
      "list the k likeliest classes (default: all, or 5 of more than 20; for folders the likeliest one)",
      integer(1, 1_000_000),
    )
    .option(
      "--csv <file>",
      "write a table as well: a line for each picture, with the probability of each class, or with --top of the k likeliest",
    )
    .option(
      "--sort <folder>",
      "copy each picture into a folder for its class, within this folder; no file is overwritten or moved",
    )
    .option(
      "--why [folder]",
      "draw where the net looked: the picture and its heat for the likeliest class, or with --top for k, as NAME.why.png beside it or in this folder",
    )
    .option("--watch", "go on with the pictures that come into the folders, until Ctrl-C")
    .addOption(threads())
    .addOption(json())
    .action(async (model: string, images: string[], options: PredictOptions) =>
      finish(await predict(model, images, options)),
    );
}
