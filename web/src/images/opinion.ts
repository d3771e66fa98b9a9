// The net's answer in words.

export const percent = (part: number, digits = 1): string => `${(100 * part).toFixed(digits)} %`;

/** "Looks like a 3, 97 %" from a probability of one half on, "Perhaps a 3, 41 %" below it. */
export function verdict(probabilities: readonly number[], classes: readonly string[]): string {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const name = classes[best] ?? String(best);
  const sure = probabilities[best];
  return `${sure >= 0.5 ? "Looks like" : "Perhaps"} ${article(name)}${name}, ${percent(sure, 0)}`;
}

function article(name: string): string {
  if (/^(8|11$|18$)/.test(name) || /^[aeiou]/i.test(name)) return "an ";
  return "a ";
}
