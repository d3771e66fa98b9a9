// chainrule train and its options.
import { architectureNames } from "chainrule/model";
import { type Command, Option } from "commander";
import { defaultCheckpointSeconds } from "../train/checkpoints.ts";
import { deviceNames } from "../train/gpu.ts";
import type { TrainOptions } from "../train/job.ts";
import { train } from "../train/train.ts";
import { warmSteps } from "../train/training.ts";
import { installed, nothing } from "../transfer/backbone.ts";
import { enoughPictures } from "../transfer/beginning.ts";
import { tuningDefaults } from "../transfer/tuning-plan.ts";
import { fraction, integer, positive } from "../values.ts";
import { thousands } from "../wording.ts";
import { batchSize, dataHelp, defaultText, epochs, type Finish, json, patience, seed, threads } from "./options.ts";
import { addPictures } from "./picture-options.ts";

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
    .addOption(
      new Option(
        "--device <name>",
        "where the steps run: cpu, gpu (WebGPU: npm install webgpu), or auto, the GPU where there is one (default: cpu)",
      ).choices(deviceNames),
    )
    .addOption(
      new Option(
        "--backend <name>",
        "what computes the steps: wasm, or xla, a Python with jax (pip install jax), on its CPUs, GPUs or TPUs (default: wasm)",
      ).choices(["wasm", "xla"]),
    )
    .option(
      "--processes <n>",
      "with --backend xla: how many processes train together, each on its part of every batch; without --coordinator all of them run here",
      integer(1, 100_000),
    )
    .option("--coordinator <host:port>", "on several machines: the address on which process 0 listens for the others")
    .option("--process <i>", "on several machines: which of the processes this one is, from 0", integer(0, 100_000))
    .option("--explain", "show how the training step is compiled: its graph, its kernels, its memory")
    .option("--profile", `show where the time of a step goes, kernel by kernel, after ${warmSteps} steps`)
    .addOption(json());
}

export function addTrain(command: Command, finish: Finish): void {
  command.argument("<data>", dataHelp);
  for (const add of [addLearning, addPictures, addFiles, addOutput]) add(command);
  command.action(async (data: string, options: TrainOptions) => finish(await train(data, options)));
}
