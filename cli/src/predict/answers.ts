// Prints a net's answers: for a picture its class and the likeliest ones, for many pictures a line each and their numbers.
import type { Screen } from "../terminal/screen.ts";
import { percent, thousands } from "../wording.ts";

interface Answer {
  readonly picture: string;
  readonly classes: readonly string[];
  /** Of each class. */
  readonly probabilities: Float32Array;
  /** The number of likeliest classes to list; undefined: all, or `defaultTop` of more than `maxListed`. */
  readonly top: number | undefined;
}

/** Up to this many classes are all listed, of more only the likeliest ones. */
const maxListed = 20;
const defaultTop = 5;
/** The number of classes that a summary names. */
const maxSummarised = 20;

/** The classes, the likeliest first. */
export const ranked = ({ probabilities }: Pick<Answer, "probabilities">): number[] =>
  [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);

/** Prints one line where `brief`, else one for each of the likeliest classes as well. */
export function listAnswer(screen: Screen, answer: Answer & { readonly brief: boolean }): void {
  const { picture, classes, probabilities, brief } = answer;
  const order = ranked(answer);
  const withProbability = (n: number) => `${classes[n]} (${percent(probabilities[n])})`;
  if (brief) {
    screen.say(
      `${picture}: ${order
        .slice(0, answer.top ?? 1)
        .map(withProbability)
        .join(", ")}`,
    );
    return;
  }
  screen.say(`${picture}: ${withProbability(order[0])}`);
  const listed = order.slice(0, answer.top ?? (classes.length > maxListed ? defaultTop : classes.length));
  if (listed.length === 1) return;
  const margin = Math.max(...listed.map((n) => classes[n].length));
  for (const n of listed) {
    const bar = "█".repeat(Math.round(20 * probabilities[n]));
    screen.say(`  ${classes[n].padStart(margin)} ${percent(probabilities[n]).padStart(8)}  ${bar}`.trimEnd());
  }
  if (answer.top === undefined && listed.length < classes.length)
    screen.say(`  and ${thousands(classes.length - listed.length)} more; --top ${classes.length} lists all`);
}

/** The answer for programs: the likeliest class, the likeliest ones, and the probability of each class by its name. */
export function answerFields(answer: Pick<Answer, "classes" | "probabilities" | "top">) {
  const { classes, probabilities, top } = answer;
  const order = ranked(answer);
  const [best] = order;
  return {
    class: classes[best],
    probability: probabilities[best],
    top: order.slice(0, top ?? defaultTop).map((n) => ({ class: classes[n], probability: probabilities[n] })),
    probabilities: Object.fromEntries(classes.map((name, n) => [name, probabilities[n]])),
  };
}

/** Writes the answer for programs, and returns the likeliest class. */
export function tellPrediction(screen: Screen, answer: Answer): string {
  const fields = answerFields(answer);
  screen.event("prediction", { image: answer.picture, ...fields });
  return fields.class;
}

/** Says how many pictures there are of each class, the most frequent first. */
export function summarise(screen: Screen, counts: ReadonlyMap<string, number>): void {
  const order = [...counts].sort(([, a], [, b]) => b - a);
  const pictures = order.reduce((sum, [, count]) => sum + count, 0);
  if (pictures < 2) return;
  const named = order.slice(0, maxSummarised).map(([name, count]) => `${name} ${thousands(count)}`);
  const rest = order.length - named.length;
  const more = rest > 0 ? `, and ${thousands(rest)} more ${rest === 1 ? "class" : "classes"}` : "";
  screen.say(`${thousands(pictures)} pictures: ${named.join(", ")}${more}`);
}
