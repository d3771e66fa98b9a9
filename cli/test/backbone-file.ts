// A file of a small backbone with weights of a formula, as --from takes it: MobileNetV3-small with torchvision's names, for small pictures.
import { writeFileSync } from "node:fs";
import { writeSafetensors } from "chainrule/io";
import { type BackboneName, buildBackbone } from "chainrule/model";
import { fill } from "../../test/model/backbones/formula.ts";

export const smallNet: BackboneName = "mobilenet_v3_small";

/** Writes the file and returns its path. */
export function writeBackbone(
  file: string,
  { name = smallNet, side = 48 }: { readonly name?: BackboneName; readonly side?: number } = {},
): string {
  const net = buildBackbone(name);
  fill(net, 3);
  writeFileSync(file, writeSafetensors(net.stateDict(), { input_size: `[3,${side},${side}]`, mean: "[0.5,0.5,0.5]" }));
  return file;
}
