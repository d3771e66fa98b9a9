// chainrule tune and its options.
import { architectureNames } from "chainrule/model";
import { type Command, Option } from "commander";
import { defaults } from "../train/plan.ts";
import { defaultTrials, type TuneOptions } from "../tune/search.ts";
import { tune } from "../tune/tune.ts";
import { fraction, integer, positive } from "../values.ts";
import { batchSize, dataHelp, epochs, type Finish, json, patience, seed, threads } from "./options.ts";
import { addPictures } from "./picture-options.ts";

export function addTune(command: Command, finish: Finish): void {
  command
    .argument("<data>", dataHelp)
    .optionsGroup("What it searches:")
    .option(
      "--trials <n>",
      `nets that are trained, with different settings (default: ${defaultTrials})`,
      integer(1, 100_000),
    )
    .option("--minutes <m>", "end after this time, but not before the first trial has ended", positive("30"))
    .addOption(new Option("--model <name>", "try this net alone (default: all)").choices(architectureNames))
    .addOption(seed())
    .optionsGroup("How the nets learn:")
    .addOption(epochs())
    .addOption(batchSize())
    .option(
      "--validation <fraction>",
      `fraction of the training pictures set aside, by which trials are compared (default: ${defaults.pictures.validation})`,
      fraction,
    )
    .addOption(patience());
  addPictures(command);
  command
    .optionsGroup("Its files, and how it runs:")
    .option(
      "--out <file>",
      "the best model; beside it lies the journal, with which the same command goes on (default: <data>-tuned.safetensors)",
    )
    .addOption(threads())
    .addOption(json())
    .action(async (data: string, options: TuneOptions) => finish(await tune(data, options)));
}
