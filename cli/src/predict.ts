// chainrule predict: a model's answers for any pictures. Each picture is brought into the form of the training pictures (the model file
// says how). One that cannot be read is reported at the end, after all others have been tried.
import { noGrad, tensor } from "chainrule";
import { batches, frame } from "chainrule/data";
import { loadPicture } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";
import { Interrupt } from "./interrupt.ts";
import { loadModel, type Model } from "./model-file.ts";
import { type Named, namedPictures } from "./named-pictures.ts";
import { isReaderGone } from "./output.ts";
import { percent, Screen, thousands } from "./screen.ts";
import { chooseThreads } from "./threads.ts";

export interface PredictOptions {
  readonly threads?: number;
  readonly json?: boolean;
}

export async function predict(file: string, words: readonly string[], options: PredictOptions): Promise<number> {
  const began = performance.now();
  chooseThreads(options.threads);
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  const model = await loadModel(file);
  model.net.eval();
  const problems: string[] = [];
  const counts = new Map<string, number>();
  const failed = (image: string, error: unknown) => {
    if (!(error instanceof BadInput)) throw error;
    problems.push(error.message);
    screen.event("error", { image, message: error.message });
  };
  let [tried, inFolders] = [0, 0];
  for (const word of words) {
    let named: Named = { pictures: [], inFolder: false, notes: [] };
    try {
      named = await namedPictures(word);
    } catch (error) {
      failed(word, error);
    }
    for (const note of named.notes) screen.say(note);
    const { inFolder: folder } = named;
    for (const picture of named.pictures) {
      // Lets Node handle a signal such as Ctrl-C.
      await new Promise((resolve) => setImmediate(resolve));
      if (isReaderGone()) return 0;
      if (interrupt.requested) return interrupt.exitCode;
      tried++;
      try {
        const probabilities = await recognise(model, picture);
        const best = show(screen, model, { picture, probabilities, brief: folder });
        if (!folder) continue;
        inFolders++;
        counts.set(best, (counts.get(best) ?? 0) + 1);
      } catch (error) {
        failed(picture, error);
      }
    }
  }
  if (inFolders > 1) summarise(screen, counts, inFolders);
  if (problems.length > 0) throw new BadInput(problems.join("\n"));
  screen.event("done", { images: tried, seconds: (performance.now() - began) / 1000, model: file });
  return 0;
}

/** The probability of each class. */
async function recognise({ net, description }: Model, file: string): Promise<Float32Array> {
  const picture = await reading(() => loadPicture(file));
  const { input, framing, normalisation, classes } = description;
  const bytes = frame(picture, { shape: input, framing });
  if (bytes === null)
    throw new BadInput(`${file}: the picture is blank: there is nothing to recognise; give another one`);
  const single = { images: tensor(bytes, { shape: [1, ...input] }), labels: tensor(new Int32Array(1)), classes };
  const [{ images }] = batches(single, { batchSize: 1, ...normalisation });
  return Float32Array.from(noGrad(() => net.forward(images).softmax(1)).data);
}

interface Recognised {
  readonly picture: string;
  readonly probabilities: Float32Array;
  /** Whether to print one line, instead of one for each class as well. */
  readonly brief: boolean;
}

/** Prints the answer and returns the likeliest class. */
function show(
  screen: Screen,
  { description: { classes } }: Model,
  { picture, probabilities, brief }: Recognised,
): string {
  const ranked = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const [best] = ranked;
  const margin = Math.max(...classes.map((name) => name.length));
  screen.say(`${picture}: ${classes[best]} (${percent(probabilities[best])})`);
  for (const n of brief ? [] : ranked) {
    const bar = "█".repeat(Math.round(20 * probabilities[n]));
    screen.say(`  ${classes[n].padStart(margin)} ${percent(probabilities[n]).padStart(8)}  ${bar}`.trimEnd());
  }
  screen.event("prediction", {
    image: picture,
    class: classes[best],
    probability: probabilities[best],
    probabilities: Object.fromEntries(classes.map((name, n) => [name, probabilities[n]])),
  });
  return classes[best];
}

function summarise(screen: Screen, counts: ReadonlyMap<string, number>, pictures: number): void {
  const ranked = [...counts].sort(([, a], [, b]) => b - a);
  screen.say(
    `${thousands(pictures)} pictures: ${ranked.map(([name, count]) => `${name} ${thousands(count)}`).join(", ")}`,
  );
}
