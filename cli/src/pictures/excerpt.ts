// The pictures of a test that are shown after it, of which few are needed: of pictures in memory all can be had, of streamed ones the chosen
// few are read again.
import type { Dataset } from "chainrule/data";
import type { Evaluation } from "chainrule/train";
import type { Pictures } from "../data-set.ts";
import { mistakeOrder } from "../report/mistake-order.ts";

/** Some pictures of a data set, by their index in it. */
export interface Excerpt extends Pick<Dataset, "labels" | "classes"> {
  /** [C, H, W] */
  readonly pictureShape: readonly number[];
  /** uint8 [C, H, W]; throws where the excerpt does not have the picture. */
  readonly picture: (index: number) => Uint8Array;
}

/** The numbers of mistakes and of right answers that may be shown. */
const maxWrong = 32;
const maxRight = 8;

export function excerptOf(data: Dataset | Excerpt): Excerpt {
  if (!("images" in data)) return data;
  const { images, labels, classes } = data;
  const [, ...pictureShape] = images.shape;
  const size = pictureShape.reduce((product, side) => product * side, 1);
  const picture = (index: number) => images.data.subarray(index * size, (index + 1) * size) as Uint8Array;
  return { labels, classes, pictureShape, picture };
}

/** The surest mistakes of a test, the first right answers of all and of each class; and of pictures in memory all others too. */
export async function shownOf(
  test: Pictures,
  { answers, probabilities }: Pick<Evaluation, "answers" | "probabilities">,
): Promise<Excerpt> {
  if ("images" in test) return excerptOf(test);
  const truth = test.labels.data;
  const wrong = mistakeOrder(truth, { answers, probabilities }).slice(0, maxWrong);
  const right = [...answers.keys()].filter((n) => answers[n] === truth[n]);
  const firsts = test.classes.flatMap((_, label) => right.find((n) => truth[n] === label) ?? []).slice(0, maxRight);
  const indices = Int32Array.from(new Set([...wrong, ...right.slice(0, maxRight), ...firsts])).sort();
  const loaded = excerptOf(await test.load(indices));
  const placeOf = new Map(Array.from(indices, (index, place) => [index, place]));
  const picture = (index: number) => {
    const place = placeOf.get(index);
    if (place === undefined) throw new Error(`internal: picture ${index} is not in the excerpt`);
    return loaded.picture(place);
  };
  return { labels: test.labels, classes: test.classes, pictureShape: loaded.pictureShape, picture };
}
