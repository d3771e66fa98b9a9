// The nets by name can be built, take pictures of their size and give a score for each class.
import { noGrad, zeros } from "chainrule";
import { architectureNames, architectures, build, leastSide, readModel, writeModel } from "chainrule/model";
import { describe, expect, it } from "vitest";

describe.each(architectureNames)("%s", (name) => {
  const least = leastSide[name];
  const squares = [1, 3, 4, 5, 7, 8, 13, 28, 31].filter((side) => side >= least).map((side) => [side, side]);
  const shapes = [...squares, [least, 2 * least + 1], [31, least], [97, 64]];

  it("fits pictures of any size from its leastSide on, wide and tall ones too", () => {
    for (const [height, width] of shapes)
      for (const channels of [1, 3]) {
        const net = build(architectures[name]([channels, height, width], 5));
        const answer = noGrad(() => net.eval().forward(zeros([1, channels, height, width])));
        expect(answer.shape, `${channels}×${height}×${width}`).toEqual([1, 5]);
      }
  });

  it("comes back from a file as it went in", () => {
    const input = [1, 28, 28] as const;
    const architecture = architectures[name](input, 10);
    const description = {
      ...{ architecture, input, classes: [..."0123456789"], framing: "digit" as const, seed: 3 },
      normalisation: { mean: [0.13], std: [0.31] },
    };
    const net = build(architecture);
    const read = readModel(writeModel(description, net.stateDict(), { training: { epoch: 2 } }));
    expect(read.description).toEqual(description);
    expect(read.training).toEqual({ epoch: 2 });
    expect(read.net.stateDict()).toEqual(net.stateDict());
  });
});
