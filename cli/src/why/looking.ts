// Where a model's net looks: the maps of Grad-CAM for pictures in the form that the net takes.
import { ChainruleError, type Layer, tensor } from "chainrule";
import { batches } from "chainrule/data";
import { gradCam } from "chainrule/train";
import { BadInput } from "../failure.ts";
import type { Model } from "../model-file.ts";
import type { HeatMap } from "./heat.ts";

/** The maps of a picture, uint8 [C, H, W], one for each of the classes. */
export type Look = (bytes: Uint8Array, classes: readonly number[]) => Promise<HeatMap[]>;

/**
 * The layer before the pooling that ends the convolutions: its map is finer than that of the pooling, the last of all. undefined: the last.
 */
function layerOf({ net, description: { architecture } }: Model): Layer | undefined {
  const last = architecture.findLastIndex(([kind]) => kind === "MaxPool2d" || kind === "AvgPool2d");
  const isEnd = last > 0 && !architecture.slice(last).some(([kind]) => kind === "Conv2d");
  return isEnd ? net[last - 1] : undefined;
}

/** null where the net has no layer that says where something is. The first use of it makes the program, so this tries it. */
export async function lookOf(model: Model, classes: number): Promise<Look | null> {
  const { net, description } = model;
  const { input, normalisation } = description;
  const layer = layerOf(model);
  const look: Look = async (bytes, wanted) => {
    const images = tensor(bytes, { shape: [1, ...input] });
    const [{ images: x }] = batches(
      { images, labels: tensor(new Int32Array(1)), classes: description.classes },
      { batchSize: 1, shuffle: false, ...normalisation },
    );
    const { heat } = gradCam(net, x, tensor(Int32Array.from(wanted), { shape: [1, wanted.length] }), { layer });
    const [, , height, width] = heat.shape;
    const data = await heat.read();
    const size = height * width;
    return wanted.map((_, k) => ({ width, height, data: data.slice(k * size, (k + 1) * size) }));
  };
  try {
    await look(
      new Uint8Array(input.reduce((a, b) => a * b)),
      Array.from({ length: classes }, (_, k) => k),
    );
    return look;
  } catch (error) {
    if (error instanceof ChainruleError && error.code === "option" && error.details.option === "layer") return null;
    throw error;
  }
}

/** As lookOf. Throws BadInput where the net says nothing of places. */
export async function lookFor(file: string, model: Model, classes: number): Promise<Look> {
  const look = await lookOf(model, classes);
  if (look !== null) return look;
  const kinds = model.description.architecture.map(([kind]) => kind).join(", ");
  throw new BadInput(
    `--why: the net of ${file} (${kinds}) has no layer that tells the places of a picture apart; train a convolutional net, such as --model conv-bn`,
  );
}
