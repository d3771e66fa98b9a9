// chainrule evaluate: the test of chainrule train, for a model that is in a file.
import { loadData } from "./data.ts";
import { checkFits, evaluate } from "./evaluation.ts";
import { BadInput } from "./failure.ts";
import { Interrupt } from "./interrupt.ts";
import { loadModel } from "./model-file.ts";
import { isReaderGone, Screen, thousands } from "./screen.ts";
import { report } from "./train.ts";

export async function evaluateCommand(file: string, word: string, options: { json?: boolean }): Promise<number> {
  const began = performance.now();
  const screen = new Screen(options.json ?? false);
  const interrupt = new Interrupt();
  const model = await loadModel(file);
  const data = await loadData(word);
  const problem = checkFits(file, model.description, data);
  if (problem !== null) throw new BadInput(problem);
  screen.say(`${file} on the ${thousands(data.test.labels.size)} test pictures of ${data.name}`);
  const evaluation = await evaluate(model, data.test, () => interrupt.requested || isReaderGone());
  if (isReaderGone()) return 0;
  if (evaluation === null) return interrupt.exitCode;
  report(screen, { test: { ...data.test, classes: model.description.classes } }, evaluation);
  const seconds = (performance.now() - began) / 1000;
  screen.event("done", { testAccuracy: evaluation.accuracy, seconds, model: file });
  return 0;
}
