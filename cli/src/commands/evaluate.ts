// chainrule evaluate and its options.
import type { Command } from "commander";
import { defaultMistakes, type EvaluateOptions, evaluateCommand } from "../evaluate/evaluate.ts";
import { integer } from "../values.ts";
import { type Finish, json, noCache, skipBroken, threads } from "./options.ts";

export function addEvaluate(command: Command, finish: Finish): void {
  command
    .argument("<model>", "a file that train saved")
    .argument("<data>", "as for train; the model is tested on the pictures that it was not trained on")
    .option(
      "--mistakes <n>",
      `list this many of the worst mistakes in a folder of pictures (default: ${defaultMistakes}; all with --json)`,
      integer(0, 1_000_000),
    )
    .option(
      "--metrics",
      "show further figures: balanced accuracy, precision, recall, F1, top-k accuracy, log loss, calibration, and a table of the classes",
    )
    .option(
      "--top <k>",
      "say for how many pictures the right class is among the k likeliest (default with --metrics: 5, with more than 5 classes)",
      integer(1, 1_000_000),
    )
    .option(
      "--csv <file>",
      "write a table of the answers: a line for each picture, with its true class and the probability of each class, or with --top of the k likeliest",
    )
    .addOption(skipBroken())
    .addOption(noCache())
    .addOption(threads())
    .addOption(json())
    .action(async (model: string, data: string, options: EvaluateOptions) =>
      finish(await evaluateCommand(model, data, options)),
    );
}
