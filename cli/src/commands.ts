// The commands and their options, as commander reads them and as --help shows them. A value that makes no sense is refused here,
// before anything is loaded.
import { createRequire } from "node:module";
import { Command, InvalidArgumentError, Option } from "commander";
import { evaluateCommand } from "./evaluate.ts";
import { architectureNames } from "./networks.ts";
import { predict } from "./predict.ts";
import { defaults, type TrainOptions, train } from "./train.ts";

/** `finish` gets the exit code of the command that was run. */
export function commands(finish: (code: number) => void): Command {
  const program = new Command("chainrule")
    .description("Train, test and use nets that recognise small pictures.")
    .version(createRequire(import.meta.url)("../package.json").version)
    .exitOverride()
    .showHelpAfterError("`chainrule --help` shows what there is");

  const json = () => new Option("--json", "one JSON object a line on stdout; words go to stderr");
  const subcommand = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .showHelpAfterError(`\`chainrule ${name} --help\` shows what there is`);

  subcommand("train", "train a net and save it")
    .argument("<data>", '"mnist", or a folder with the four IDX files under MNIST\'s names, plain or .gz')
    .addOption(new Option("--model <name>", `the net (default: ${defaults.model})`).choices(architectureNames))
    .option("--epochs <n>", `how often to go through the data (default: ${defaults.epochs})`, integer(1, 100_000))
    .option("--batch-size <n>", `pictures a step (default: ${defaults.batchSize})`, integer(1, 1_000_000))
    .option("--lr <x>", `learning rate at the start, falling to 0 (default: ${defaults.lr})`, positive)
    .option("--seed <n>", `for weights and order (default: ${defaults.seed})`, integer(0, 2 ** 32 - 1))
    .option("--out <file>", "where to save (default: <data>-<model>.safetensors here, or the resumed file)")
    .option("--explain", "show how the training step is compiled: its graph, its kernels, its memory")
    .option("--resume <file>", "go on with an interrupted training, under its options; --epochs may be raised")
    .addOption(json())
    .action(async (data: string, options: TrainOptions) => finish(await train(data, options)));

  subcommand("evaluate", "test a saved model on the test half of a data set")
    .argument("<model>", "a file that train saved")
    .argument("<data>", "as for train")
    .addOption(json())
    .action(async (model: string, data: string, options: { json?: boolean }) =>
      finish(await evaluateCommand(model, data, options)),
    );

  subcommand("predict", "say what is on pictures")
    .argument("<model>", "a file that train saved")
    .argument("<image...>", "PNG or JPEG of any size, dark on light or light on dark")
    .addOption(json())
    .action(async (model: string, images: string[], options: { json?: boolean }) =>
      finish(await predict(model, images, options)),
    );

  return program;
}

function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return value;
  };
}

function positive(text: string): number {
  const value = /^[\d.]+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("Give a number above 0, such as 0.003.");
  return value;
}
