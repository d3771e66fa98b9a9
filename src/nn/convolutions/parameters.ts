// The parameters of convolution layers, and how the layers are printed.
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { sizesOf } from "../../tensor/sizes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { uniformByFanIn } from "../init/initialize.ts";
import { settings } from "../layer-tree.ts";

export interface Channels {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly bias: boolean;
}

/**
 * The weight, [outChannels, inChannels/groups, ...kernel], or with `isTransposed` [inChannels, outChannels/groups, ...kernel], and the bias
 * [outChannels] or null; both uniform in ±1/√fanIn, where fanIn is the product of the weight's sizes but the first. Throws unless groups divide both.
 */
export function parametersOf(
  call: string,
  { inChannels, outChannels, groups, bias }: Channels,
  kernelSize: number | readonly number[],
  spatial: number,
  isTransposed: boolean,
): { weight: Tensor; bias: Tensor | null } {
  const kernel = sizesOf(call, "kernelSize", kernelSize, spatial, 1);
  for (const [name, value] of Object.entries({ inChannels, outChannels, groups }))
    checkWhole(call, name, value, { from: 1 });
  if (inChannels % groups !== 0 || outChannels % groups !== 0)
    throw new ChainruleError(
      "option",
      call,
      `${inChannels} and ${outChannels} channels do not divide into ${groups} groups; groups must divide both`,
    );
  const [first, second] = isTransposed ? [inChannels, outChannels / groups] : [outChannels, inChannels / groups];
  const fanIn = kernel.reduce((product, n) => product * n, second);
  return {
    weight: uniformByFanIn([first, second, ...kernel], fanIn),
    bias: bias ? uniformByFanIn([outChannels], fanIn) : null,
  };
}

/** "2, 3, 3, stride=2, bias=false" */
export function convolutionSettings(
  weight: Tensor,
  bias: Tensor | null,
  options: { readonly groups?: number | undefined },
  isTransposed: boolean,
): string {
  const { groups = 1, ...others } = options;
  const [first, second, ...kernel] = weight.shape;
  const channels = isTransposed ? [first, second * groups] : [second * groups, first];
  const isEven = kernel.every((n) => n === kernel[0]);
  return settings([...channels, isEven ? kernel[0] : kernel], {
    ...others,
    groups: groups === 1 ? undefined : groups,
    bias: bias ? undefined : false,
  });
}
