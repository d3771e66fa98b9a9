// The commands and their options, as commander reads them and as --help shows them. What they are given is read by values.ts.
import { architectureNames } from "chainrule/model";
import { Command, Option } from "commander";
import { type EvaluateOptions, evaluateCommand } from "./evaluate.ts";
import { type ExportOptions, exportCommand } from "./export.ts";
import { defaults } from "./plan.ts";
import { type PredictOptions, predict } from "./predict.ts";
import { type TrainOptions, train, usualInterval } from "./train.ts";
import { warmSteps } from "./training.ts";
import { fraction, integer, positive, size } from "./values.ts";
import { version } from "./version.ts";

const dataHelp =
  '"mnist", a folder with the four IDX files under MNIST\'s names, plain or .gz, or a folder of pictures: ' +
  "one folder in it for each class, or train/ and test/ that each have those";

/** What a default is, for IDX files and for pictures where they differ. */
function usual(key: keyof typeof defaults.idx): string {
  const [idx, pictures] = [defaults.idx[key], defaults.pictures[key]];
  return idx === pictures ? `(default: ${idx})` : `(default: ${idx ?? "none"}; for pictures ${pictures})`;
}

/** `finish` gets the exit code of the command that was run. */
export function commands(finish: (code: number) => void): Command {
  const program = new Command("chainrule")
    .description("Train, test and use nets that recognise small pictures.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("`chainrule --help` shows what there is");

  const json = () => new Option("--json", "one JSON object a line on stdout; words go to stderr");
  const threads = () =>
    new Option(
      "--threads <n>",
      "threads that compute, with the same result at any number (default: one a processor)",
    ).argParser(integer(1, 1000));
  const skipBroken = () => new Option("--skip-broken", "leave out pictures that cannot be read, and say which");
  const subcommand = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .showHelpAfterError(`\`chainrule ${name} --help\` shows what there is`);

  subcommand("train", "train a net and save it")
    .argument("<data>", dataHelp)
    .addOption(new Option("--model <name>", `the net ${usual("model")}`).choices(architectureNames))
    .option("--epochs <n>", `how often to go through the data ${usual("epochs")}`, integer(1, 100_000))
    .option("--batch-size <n>", "pictures a step (default: 64, fewer for few pictures)", integer(1, 1_000_000))
    .option("--lr <x>", `learning rate at the start, falling to 0 ${usual("lr")}`, positive)
    .option("--seed <n>", `for weights, order and what is set aside ${usual("seed")}`, integer(0, 2 ** 32 - 1))
    .option(
      "--validation <part>",
      `part of the pictures set aside to judge each epoch by; the best one's weights are kept ${usual("validation")}`,
      fraction,
    )
    .option("--patience <n>", `end after so many epochs that are no better ${usual("patience")}`, integer(1, 100_000))
    .option("--augment", "show each picture a little differently each time (default: for folders of pictures)")
    .option("--no-augment", "show them as they are (default: for mnist and IDX files)")
    .option("--size <HxW>", "bring pictures to this height and width (default: what most of them have)", size)
    .addOption(skipBroken())
    .option("--out <file>", "where to save (default: <data>-<model>.safetensors here, or the resumed file)")
    .option("--report <file>", "write a page about the training: curves, mistakes, settings; one HTML file")
    .addOption(threads())
    .option("--explain", "show how the training step is compiled: its graph, its kernels, its memory")
    .option("--profile", `show where the time of a step goes, kernel by kernel, once ${warmSteps} steps are done`)
    .option(
      "--checkpoint <s>",
      `seconds between the checkpoints within an epoch, beside one at its end (default: ${usualInterval})`,
      positive,
    )
    .option(
      "--resume <file>",
      "go on with an interrupted training, from its model or its checkpoint, under its options; --epochs and --patience may be raised",
    )
    .addOption(json())
    .action(async (data: string, options: TrainOptions) => finish(await train(data, options)));

  subcommand("evaluate", "test a saved model on the test part of a data set")
    .argument("<model>", "a file that train saved")
    .argument("<data>", "as for train; of a folder of pictures those that the model was not trained on")
    .addOption(skipBroken())
    .addOption(threads())
    .addOption(json())
    .action(async (model: string, data: string, options: EvaluateOptions) =>
      finish(await evaluateCommand(model, data, options)),
    );

  subcommand("predict", "say what is on pictures")
    .argument("<model>", "a file that train saved")
    .argument("<image...>", "PNG, JPEG, GIF or BMP of any size, or folders of them")
    .addOption(threads())
    .addOption(json())
    .action(async (model: string, images: string[], options: PredictOptions) =>
      finish(await predict(model, images, options)),
    );

  subcommand("export", "write a saved model as a file that other programs read")
    .argument("<model>", "a file that train saved")
    .requiredOption("--onnx <file>", "where to write it, in the ONNX format")
    .option("--force", "overwrite the file whatever it is")
    .addOption(json())
    .action(async (model: string, options: ExportOptions) => finish(await exportCommand(model, options)));

  return program;
}
