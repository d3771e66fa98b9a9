// The commands and their options, as commander parses them and as --help shows them. values.ts reads the values of the options.
import { architectureNames } from "chainrule/model";
import { Command, Option } from "commander";
import { defaultMistakes, type EvaluateOptions, evaluateCommand } from "./evaluate/evaluate.ts";
import { type ExportOptions, exportCommand } from "./export.ts";
import { defaultMemory } from "./large/budget.ts";
import type { PageOptions } from "./page/page.ts";
import { amount as inBytes, maxCacheBytes } from "./pictures/cache-folder.ts";
import { type PredictOptions, predict } from "./predict/predict.ts";
import { defaults as serveDefaults } from "./serve/limits.ts";
import { defaultPort } from "./serve/listen.ts";
import type { ServeOptions } from "./serve/serve.ts";
import { currentStreams, write } from "./terminal/output.ts";
import { defaultCheckpointSeconds } from "./train/checkpoints.ts";
import { defaults } from "./train/plan.ts";
import type { TrainOptions } from "./train/preparing.ts";
import { train } from "./train/train.ts";
import { warmSteps } from "./train/training.ts";
import { installed, nothing } from "./transfer/backbone.ts";
import { enoughPictures } from "./transfer/beginning.ts";
import { tuningDefaults } from "./transfer/tuning-plan.ts";
import { defaultTrials, type TuneOptions, tune } from "./tune/tune.ts";
import { amount, bytes, fraction, integer, positive, size, text } from "./values.ts";
import { version } from "./version.ts";
import { thousands } from "./wording.ts";

const dataHelp =
  '"mnist", a folder with four IDX files as MNIST and EMNIST have them, plain or .gz, or a folder of pictures with a subfolder ' +
  "for each class, or with folders such as train/ and test/ that each have such subfolders";

/** The default of an option as --help shows it, for IDX files and for pictures where they differ. */
function defaultText(key: keyof typeof defaults.idx): string {
  const [idx, pictures] = [defaults.idx[key], defaults.pictures[key]];
  return idx === pictures ? `(default: ${idx})` : `(default: ${idx ?? "none"}; for folders of pictures ${pictures})`;
}

const json = () => new Option("--json", "print one JSON object a line to stdout, and the text for people to stderr");
const threads = () =>
  new Option(
    "--threads <n>",
    "number of threads; the result is the same at any number (default: one for each processor)",
  ).argParser(integer(1, 1000));
const noCache = () =>
  new Option("--no-cache", "keep no decoded pictures for the next time, and use none that were kept");
const epochs = () =>
  new Option("--epochs <n>", `passes over all training pictures ${defaultText("epochs")}`).argParser(
    integer(1, 100_000),
  );
const batchSize = () =>
  new Option(
    "--batch-size <n>",
    "pictures in each step (default: 64; 16 or 32 for folders of fewer than 2,000 pictures)",
  ).argParser(integer(1, 1_000_000));
const seed = () =>
  new Option(
    "--seed <n>",
    `seed of all that is random: the first weights, the order of the pictures, those set aside ${defaultText("seed")}`,
  ).argParser(integer(0, 2 ** 32 - 1));
const patience = () =>
  new Option(
    "--patience <n>",
    `end early after this many epochs in a row without a lower validation loss ${defaultText("patience")}`,
  ).argParser(integer(1, 100_000));
const skipBroken = () => new Option("--skip-broken", "leave out pictures that cannot be read, and name them");

function addLearning(command: Command): void {
  command
    .optionsGroup("How it learns:")
    .option(
      "--from <net>",
      `what it begins with: ${nothing}, ${installed} (EfficientNet-Lite0), a safetensors file of a net of timm or torchvision, ` +
        `or the name of one that is fetched, such as resnet18; a classifier is fitted to its features (default: ${installed} for fewer than ${thousands(enoughPictures)} coloured pictures, else ${nothing})`,
    )
    .option(
      "--finetune",
      `then train the last half of the pretrained net further, at a learning rate of ${tuningDefaults.lr}, where it helps the validation pictures`,
    )
    .option("--offline", "fetch nothing; --from then takes what is here")
    .addOption(new Option("--model <name>", `the net ${defaultText("model")}`).choices(architectureNames))
    .addOption(epochs())
    .addOption(batchSize())
    .option("--lr <x>", `learning rate of the first step; it falls to 0 ${defaultText("lr")}`, positive("0.003"))
    .addOption(seed())
    .option(
      "--validation <fraction>",
      `fraction of the training pictures set aside to judge each epoch by; the best epoch's weights are saved ${defaultText("validation")}`,
      fraction,
    )
    .option(
      "--folds <k>",
      "cross-validate first: divide the pictures to learn from into k folds, and ask about each fold a net that learned from the others",
      integer(2, 1000),
    )
    .option("--no-final", "with --folds: train no model after that")
    .addOption(patience());
}

function addPictures(command: Command): void {
  command
    .optionsGroup("How it uses the pictures:")
    .option("--augment", "change each picture a little each time it is used (default for folders of pictures)")
    .option("--no-augment", "use the pictures as they are (default for mnist and IDX files)")
    .option(
      "--flip",
      "mirror half of the pictures, left to right (default for folders: where a short trial shows no harm)",
    )
    .option("--no-flip", "mirror no pictures, and try nothing")
    .option(
      "--shift <pixels>",
      "move each picture by up to this many pixels (default of --augment: a 14th of the side)",
      integer(0, 4096),
    )
    .option(
      "--rotate <degrees>",
      "rotate each picture by up to this many degrees (default of --augment: 8)",
      amount(0, 180, "degrees"),
    )
    .option(
      "--crop <fraction>",
      "cut away up to this part of each side (default of --augment: 0.1)",
      amount(0, 0.9, "a part of the side"),
    )
    .option(
      "--erase <fraction>",
      "cover half of the pictures with a rectangle, whose sides are up to this part of theirs (default: 0)",
      amount(0, 1, "a part of the side"),
    )
    .option(
      "--jitter <amount>",
      "change brightness, contrast and saturation by up to this part, and hues by a quarter of it (default: 0)",
      amount(0, 1, "a part"),
    )
    .option(
      "--mixup <alpha>",
      "mix each picture and its class with another one, by a part drawn from Beta(alpha, alpha), such as 0.2 (default: 0)",
      amount(0, 100, "the parameter of a beta distribution"),
    )
    .option(
      "--size <HxW>",
      "resize pictures to this height and width (default: the commonest size among them, with at most 64 pixels on the longer side)",
      size,
    )
    .addOption(skipBroken())
    .addOption(noCache())
    .option(
      "--memory <size>",
      `decoded pictures that take more are read while the net learns, a part at a time (default: ${inBytes(defaultMemory)})`,
      bytes("512MB"),
    )
    .option(
      "--cache-limit <size>",
      `keep the decoded pictures of such a folder up to this size (default: ${inBytes(maxCacheBytes)}); larger ones are decoded anew in each epoch`,
      bytes("16GB"),
    );
}

function addFiles(command: Command): void {
  command
    .optionsGroup("Its files:")
    .option(
      "--out <file>",
      "the model file to write (default: <data>-<model>.safetensors in this folder, or the resumed file)",
    )
    .option("--report <file>", "write a page about the training: curves, mistakes, settings; one HTML file")
    .option(
      "--checkpoint <s>",
      `seconds between checkpoints within an epoch; there is also one at its end (default: ${defaultCheckpointSeconds})`,
      positive("60"),
    )
    .option(
      "--resume <file>",
      "go on with an interrupted training from its model or checkpoint file, with its options; --epochs and --patience may be raised",
    );
}

function addOutput(command: Command): void {
  command
    .optionsGroup("How it runs, and what it shows:")
    .addOption(threads())
    .option("--explain", "show how the training step is compiled: its graph, its kernels, its memory")
    .option("--profile", `show where the time of a step goes, kernel by kernel, after ${warmSteps} steps`)
    .addOption(json());
}

type Finish = (code: number) => void;

function addTune(command: Command, finish: Finish): void {
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

function addTrain(command: Command, finish: Finish): void {
  command.argument("<data>", dataHelp);
  for (const add of [addLearning, addPictures, addFiles, addOutput]) add(command);
  command.action(async (data: string, options: TrainOptions) => finish(await train(data, options)));
}

function addEvaluate(command: Command, finish: Finish): void {
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

function addPredict(command: Command, finish: Finish): void {
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

function addExport(command: Command, finish: Finish): void {
  command
    .argument("<model>", "a file that train saved")
    .requiredOption("--onnx <file>", "where to write it, in the ONNX format")
    .option("--force", "overwrite the file even if it is not an ONNX file")
    .addOption(json())
    .action(async (model: string, options: ExportOptions) => finish(await exportCommand(model, options)));
}

function addServe(command: Command, finish: Finish): void {
  const { maxMb, maxRate, timeout } = serveDefaults;
  command
    .argument("<model>", "a file that train saved")
    .option(
      "--port <n>",
      `the port; 0: any that is free (default: ${defaultPort}, or the next one that is free)`,
      integer(0, 65_535),
    )
    .option(
      "--host <address>",
      "the address to listen on; 0.0.0.0 answers everyone on the network (default: 127.0.0.1, this machine alone)",
      text("an address of this machine, or 0.0.0.0"),
    )
    .option("--max-mb <n>", `the most MiB that a request may send (default: ${maxMb})`, integer(1, 1024))
    .option(
      "--max-rate <n>",
      `the most requests of one address in a second (default: ${maxRate})`,
      integer(1, 1_000_000),
    )
    .option("--timeout <s>", `seconds in which a request has to arrive (default: ${timeout})`, integer(1, 3600))
    .option("--verbose", "write a line for each request")
    .addOption(threads())
    .addOption(json())
    .action(async (model: string, options: ServeOptions) => {
      // The server and its libraries are loaded where they are used.
      const { serve } = await import("./serve/serve.ts");
      finish(await serve(model, options));
    });
}

function addPage(command: Command, finish: Finish): void {
  command
    .argument("<model>", "a file that train saved")
    .option(
      "--out <file>",
      "the page to write, or with --folder the folder (default: <model>.html, <model>-page)",
      text("the name of a file, or with --folder of a folder"),
    )
    .option("--folder", "write a folder with separate files instead of one file")
    .option("--title <text>", "the title of the page (default: the name of the model)", text("a title"))
    .addOption(json())
    .action(async (model: string, options: PageOptions) => {
      const { page } = await import("./page/page.ts");
      finish(await page(model, options));
    });
}

/** The program with all commands. `finish` gets the exit code of the command that was run. */
export function commands(finish: Finish): Command {
  const { stdout, stderr } = currentStreams();
  const program = new Command("chainrule")
    .description("Train, test and use nets that recognise small pictures.")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => write(stdout, text), writeErr: (text) => write(stderr, text) })
    .showHelpAfterError("`chainrule --help` lists the commands");
  const subcommand = (name: string, description: string) =>
    program.command(name).description(description).showHelpAfterError(`\`chainrule ${name} --help\` lists its options`);
  addTrain(subcommand("train", "train a net and save it"), finish);
  addTune(subcommand("tune", "search the net, the size and the learning rate, and save the best net"), finish);
  addEvaluate(subcommand("evaluate", "test a saved model on pictures that it was not trained on"), finish);
  addPredict(subcommand("predict", "recognise what pictures show"), finish);
  addServe(subcommand("serve", "answer the pictures that programs and pages send, on this machine"), finish);
  addPage(subcommand("page", "write a page that recognises pictures in the browser, offline"), finish);
  addExport(subcommand("export", "write a saved model as a file that other programs read"), finish);
  return program;
}
