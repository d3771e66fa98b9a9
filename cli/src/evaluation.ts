// What a net makes of a data set that it has not learned from.
import { compile, crossEntropy, noGrad, type Sequential, type Tensor } from "chainrule";
import { batches, type Dataset } from "chainrule/data";
import type { Description } from "./model-file.ts";

export interface Evaluation {
  readonly accuracy: number;
  readonly loss: number;
  /** confusion[truth][answer]: how many pictures. */
  readonly confusion: readonly (readonly number[])[];
  /** For each picture, in the data set's order: the class that the net says, and how sure it is. */
  readonly answers: Int32Array;
  readonly probabilities: Float32Array;
}

/** Lets go of the thread between batches. Null where `stopped` says so. */
export async function evaluate(
  { net, description }: { net: Sequential; description: Description },
  data: Dataset,
  stopped: () => boolean,
): Promise<Evaluation | null> {
  const count = data.labels.size;
  const classes = description.classes.length;
  const answers = new Int32Array(count);
  const probabilities = new Float32Array(count);
  const confusion = description.classes.map(() => new Array<number>(classes).fill(0));
  let [at, correct, loss] = [0, 0, 0];
  net.eval();
  const judge = compile((images: Tensor, labels: Tensor) =>
    noGrad(() => {
      const logits = net.forward(images);
      return { loss: crossEntropy(logits, labels), said: logits.argmax(1), sure: logits.softmax(1) };
    }),
  );
  for (const { images, labels } of batches(data, { batchSize: 250, shuffle: false, ...description.normalisation })) {
    await new Promise((resolve) => setImmediate(resolve));
    if (stopped()) return null;
    const judged = judge(images, labels);
    loss += judged.loss.item() * labels.size;
    const [said, sure] = [judged.said.data, judged.sure.data];
    labels.data.forEach((truth, i) => {
      const answer = said[i];
      answers[at] = answer;
      probabilities[at++] = sure[i * classes + answer];
      confusion[truth][answer]++;
      if (answer === truth) correct++;
    });
  }
  return { accuracy: correct / count, loss: loss / count, confusion, answers, probabilities };
}

export function checkFits(
  file: string,
  { input, classes }: Description,
  data: { name: string; test: Dataset },
): string | null {
  const [, ...shape] = data.test.images.shape;
  if (shape.join() !== input.join())
    return `${file}: takes pictures of ${input.join("×")} (channels, height, width), those of ${data.name} have ${shape.join("×")}`;
  if (data.test.classes.length !== classes.length)
    return `${file}: knows ${classes.length} classes, ${data.name} has ${data.test.classes.length}`;
  return null;
}
