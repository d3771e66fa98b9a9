// Pictures that are set aside by seed, so that a net is judged on what it has not learned from.
import { type Dataset, split } from "chainrule/data";
import { BadInput } from "./failure.ts";

export interface Aside {
  /** 0 sets nothing aside. */
  readonly fraction: number;
  readonly seed: number;
  /** The data's, for messages. */
  readonly name: string;
}

/** At least one picture on either side. */
export function setAside(
  data: Dataset,
  { fraction, seed, name }: Aside,
): { readonly train: Dataset; readonly aside: Dataset | null } {
  if (fraction === 0) return { train: data, aside: null };
  const total = data.labels.size;
  const count = Math.max(1, Math.round(fraction * total));
  if (count >= total)
    throw new BadInput(`${name}: ${total} pictures are too few to set ${count} of them aside; more are needed`);
  const { train, validation } = split(data, { count, seed });
  return { train, aside: validation };
}
