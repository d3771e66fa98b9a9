// chainrule train: from a data set to a model file, with everything said on the way.
import { existsSync } from "node:fs";
import { framingOf, normalisation } from "chainrule/data";
import { checkWritable } from "chainrule/node";
import { type Data, loadData } from "./data.ts";
import { drawAnswers, drawConfusion } from "./drawing.ts";
import { checkFits, type Evaluation, evaluate } from "./evaluation.ts";
import { BadInput, reading } from "./failure.ts";
import { Interrupt } from "./interrupt.ts";
import { checkReplaceable, type Description, type Extras, loadModel, type Model, saveModel } from "./model-file.ts";
import { type ArchitectureName, architectures } from "./networks.ts";
import { Progress } from "./progress.ts";
import { commandLine, isReaderGone, percent, Screen, thousands } from "./screen.ts";
import { type Plan, savedPlan, Training } from "./training.ts";

/** What was typed; undefined where nothing was. */
export interface TrainOptions {
  readonly model?: ArchitectureName;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly lr?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly explain?: boolean;
  readonly json?: boolean;
}

export const defaults: Plan = { model: "cnn", epochs: 4, batchSize: 64, lr: 0.003, seed: 0 };

/** A loss curve that programs can read: one "step" event in so many steps. */
const stepsPerEvent = 100;

/** Ends with the exit code. */
export async function train(word: string, options: TrainOptions): Promise<number> {
  const began = performance.now();
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  const saved = options.resume === undefined ? null : await loadModel(options.resume);
  const plan = choosePlan(options, saved);
  const data = await loadData(word);
  const out = options.out ?? options.resume ?? `${data.name}-${plan.model}.safetensors`;
  await reading(() => checkWritable(out));
  await checkReplaceable(out, existsSync(out));

  const training = new Training(data.train, saved?.description ?? describe(data, plan), plan);
  if (saved !== null && options.resume !== undefined) {
    const problem = checkFits(options.resume, saved.description, data);
    if (problem !== null) throw new BadInput(problem);
    training.resume(options.resume, saved);
  }
  announce(screen, { data, training, out });
  await run(training, { screen, interrupt, explain: options.explain ?? false });
  if (isReaderGone()) return 0;
  await saveModel(out, training, training.extras());
  if (interrupt.requested && training.epoch < plan.epochs)
    return interrupted(screen, { word, out, training, interrupt });

  screen.say(
    `the model is in ${out}; now the ${thousands(data.test.labels.size)} test pictures, which it has never seen`,
  );
  const evaluation = await evaluate(training, data.test, () => interrupt.requested || isReaderGone());
  if (isReaderGone()) return 0;
  if (evaluation === null) {
    screen.say(`stopped before the test; it can be had with: ${commandLine(["evaluate", out, word])}`);
    return interrupt.exitCode;
  }
  report(screen, data, evaluation);
  screen.say(`try it on a picture: ${commandLine(["predict", out, "PICTURE.png"])}`);
  const seconds = (performance.now() - began) / 1000;
  screen.event("done", { testAccuracy: evaluation.accuracy, seconds, model: out });
  return 0;
}

function choosePlan(options: TrainOptions, saved: (Model & Extras) | null): Plan {
  if (saved === null || options.resume === undefined) {
    const { model, epochs, batchSize, lr, seed } = options;
    const given = Object.entries({ model, epochs, batchSize, lr, seed }).filter(([, value]) => value !== undefined);
    return { ...defaults, ...Object.fromEntries(given) };
  }
  const plan = savedPlan(options.resume, saved);
  const flags = { model: "--model", batchSize: "--batch-size", lr: "--lr", seed: "--seed" } as const;
  for (const [key, flag] of Object.entries(flags) as [keyof typeof flags, string][]) {
    if (options[key] !== undefined && options[key] !== plan[key])
      throw new BadInput(
        `${flag} ${options[key]}: ${options.resume} was begun with ${flag} ${plan[key]}; leave ${flag} out to go on, or --resume to begin anew`,
      );
  }
  const epochs = options.epochs ?? plan.epochs;
  const reached = Number((saved.training as { epoch?: unknown }).epoch);
  if (epochs <= reached)
    throw new BadInput(
      `--resume ${options.resume}: has ${reached} epochs behind it already; give --epochs ${reached + 1} or more to go on`,
    );
  return { ...plan, epochs };
}

function describe({ train }: Data, { model, seed }: Plan): Description {
  const [, channels, height, width] = train.images.shape;
  if (model === "cnn" && Math.min(height, width) < 4)
    throw new BadInput(`--model cnn: needs pictures of at least 4×4, these are ${width}×${height}; use --model mlp`);
  return {
    architecture: architectures[model]([channels, height, width], train.classes.length),
    input: [channels, height, width],
    classes: train.classes,
    normalisation: normalisation(train),
    framing: framingOf(train),
    seed,
  };
}

function announce(screen: Screen, { data, training, out }: { data: Data; training: Training; out: string }): void {
  const { plan, description, net } = training;
  const [, height, width] = description.input;
  const parameters = net.parameters().reduce((sum, { size }) => sum + size, 0);
  const [seen, unseen] = [data.train.labels.size, data.test.labels.size];
  const classes = description.classes.length;
  screen.say(
    `${data.name}: ${thousands(seen)} pictures to learn from, ${thousands(unseen)} to test, ${width}×${height}, ${classes} classes`,
  );
  screen.say(
    `${plan.model} with ${thousands(parameters)} parameters; epochs ${plan.epochs}, batch size ${plan.batchSize}, ` +
      `learning rate ${plan.lr} falling to 0, seed ${plan.seed}`,
  );
  if (training.epoch > 0 || training.pictures > 0)
    screen.say(`resumed after epoch ${training.epoch} and ${thousands(training.pictures)} pictures of the next`);
  screen.event("start", {
    data: data.name,
    train: seen,
    test: unseen,
    classes: description.classes,
    parameters,
    ...plan,
    out,
  });
}

interface Running {
  readonly screen: Screen;
  readonly interrupt: Interrupt;
  readonly explain: boolean;
}

async function run(training: Training, { screen, interrupt, explain }: Running): Promise<void> {
  const { epochs } = training.plan;
  const done = { epochs: training.epoch, pictures: training.pictures };
  const picturesPerEpoch = training.picturesPerEpoch;
  const progress = new Progress(screen, { epochs, picturesPerEpoch, done });
  let explained = !explain;
  try {
    for (const step of training.steps()) {
      if (!explained) screen.say(`\n${training.explain()}\n`);
      explained = true;
      if (step.step % stepsPerEvent === 0)
        screen.event("step", { step: step.step, epoch: step.epoch + 1, loss: step.loss });
      progress.show(step);
      await new Promise((resolve) => setImmediate(resolve));
      if (interrupt.requested || isReaderGone()) return;
    }
  } finally {
    progress.stop();
  }
}

interface Stopped {
  readonly word: string;
  readonly out: string;
  readonly training: Training;
  readonly interrupt: Interrupt;
}

function interrupted(screen: Screen, { word, out, training, interrupt }: Stopped): number {
  const resume = commandLine(["train", word, "--resume", out]);
  const { epoch, pictures } = training;
  screen.say(
    `stopped in epoch ${epoch + 1} after ${thousands(pictures)} pictures and saved to ${out}; to go on: ${resume}`,
  );
  screen.event("interrupted", { epoch: epoch + 1, pictures, model: out, resume });
  return interrupt.exitCode;
}

export function report(screen: Screen, { test }: Pick<Data, "test">, evaluation: Evaluation): void {
  const { accuracy, loss, confusion } = evaluation;
  screen.say(`test accuracy ${percent(accuracy)}`);
  screen.say();
  screen.say(drawConfusion(confusion, test.classes));
  screen.say();
  screen.say(drawAnswers(test, evaluation, screen.words));
  screen.event("test", { accuracy, loss, confusion });
}
