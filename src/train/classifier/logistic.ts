// Fits linear classifiers to features by logistic regression with a penalty on squared weights. For classifier m with weights W [D, K], bias b
// [K] and the penalty λ,
//
//   loss = Σₙ cₙ · crossEntropy(xₙ W + b, yₙ) + λ Σ W²       with Σₙ cₙ = 1; cₙ = 0 for examples that are left out
//
// The classifiers of all penalties and folds are fitted at the same time, as the columns of one matrix; Adam treats each number alone, so
// they do not disturb each other.

import { breathe } from "../../compiler/breathe.ts";
import { compile } from "../../compiler/compile.ts";
import { Adam } from "../../optim/adam.ts";
import { tensor, zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";

const rate = 0.02;

export interface Fitting {
  /** [N, D] */
  readonly x: Tensor;
  readonly labels: Int32Array;
  readonly classes: number;
  readonly models: readonly { readonly penalty: number; readonly rows: Float32Array }[];
  readonly steps: number;
  /** Whether loss and accuracy are recorded. */
  readonly traced: boolean;
  /** Called with the number of steps that are done. */
  readonly stepped: (steps: number) => void;
}

export interface Fitted {
  /** [D, M · K] and [M · K]. */
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly course: { readonly loss: number; readonly accuracy: number }[];
}

export async function fitLogistic(fitting: Fitting): Promise<Fitted> {
  const { labels, steps, traced, stepped } = fitting;
  const { weight, bias, optimizer, step } = stepOf(fitting);
  const course: { loss: number; accuracy: number }[] = [];
  for (let n = 0; n < steps; n++) {
    optimizer.lr = rate * (1 - n / steps);
    const { loss, answers } = step();
    if (!traced && n % 8 !== 7) continue;
    const [[mean], found] = await Promise.all([loss.read(), answers.read()]);
    await breathe();
    stepped(n + 1);
    if (!traced) continue;
    const right = labels.reduce((sum, label, i) => sum + Number(found[i] === label), 0);
    course.push({ loss: mean, accuracy: right / labels.length });
  }
  return { weight: weight.detach(), bias: bias.detach(), course };
}

/** A step of all classifiers as one program. */
function stepOf({ x, labels, classes, models }: Fitting) {
  const [count, size] = x.shape;
  const m = models.length;
  const weight = zeros([size, m * classes], { requiresGrad: true });
  const bias = zeros([m * classes], { requiresGrad: true });
  const rows = tensor(
    Float32Array.from({ length: count * m }, (_, i) => models[i % m].rows[Math.floor(i / m)]),
    { shape: [count, m] },
  );
  const truth = tensor(
    Float32Array.from({ length: count * classes }, (_, i) => Number(labels[Math.floor(i / classes)] === i % classes)),
    { shape: [count, 1, classes] },
  );
  const penalty = tensor(
    Float32Array.from(models, (one) => one.penalty),
    { shape: [m, 1] },
  );
  const optimizer = new Adam([weight, bias], { lr: rate });
  const step = compile(() => {
    const logits = x.matmul(weight).add(bias).reshape([count, m, classes]);
    const surprise = logits.logSoftmax(-1).mul(truth).sum(-1).neg();
    const fitted = surprise.mul(rows).sum();
    optimizer.zeroGrad();
    fitted.add(weight.square().reshape([size, m, classes]).mul(penalty).sum()).backward();
    optimizer.step();
    return { loss: fitted.detach(), answers: logits.detach().argmax(-1) };
  });
  return { weight, bias, optimizer, step };
}
