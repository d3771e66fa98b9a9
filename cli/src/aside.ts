// Sets pictures aside, chosen by a seed, so that a net is judged on pictures that it has not learned from.
import { type Dataset, split } from "chainrule/data";
import { BadInput } from "./failure.ts";

export interface Aside {
  /** 0 sets nothing aside. */
  readonly fraction: number;
  readonly seed: number;
  /** The name of the data, for messages. */
  readonly name: string;
}

/** Divides the pictures, with at least one on either side. Throws BadInput where there are too few. */
export function setAside(
  data: Dataset,
  { fraction, seed, name }: Aside,
): { readonly train: Dataset; readonly aside: Dataset | null } {
  if (fraction === 0) return { train: data, aside: null };
  const total = data.labels.size;
  const count = Math.max(1, Math.round(fraction * total));
  if (count >= total)
    throw new BadInput(`${name}: ${total} pictures are too few to set ${count} of them aside; add more`);
  const { train, validation } = split(data, { count, seed });
  return { train, aside: validation };
}
