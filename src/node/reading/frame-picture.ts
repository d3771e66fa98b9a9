// Brings a picture that is not in a file into the form that a net takes: a server has the bytes of one, as a client sent them.
import { checkFraming, type Framing } from "../../data/framing.ts";
import { ChainruleError } from "../../errors/error.ts";
import { isWhole } from "../../errors/numbers.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { withinAsync } from "../../tensor/within.ts";
import type { Form } from "../form.ts";
import { blank, framedBytes, inChannels } from "./framed-file.ts";

/** The form that a net takes. */
export interface PictureForm {
  /** The shape of one picture. */
  shape: readonly [channels: number, height: number, width: number];
  /** The framing of the net's training pictures. */
  framing: Framing;
}

const names: OptionNames<PictureForm> = { shape: true, framing: true };

/**
 * Decodes the bytes of a picture file and brings the picture into the form that a net takes: uint8 [C, H, W], the bytes that framePictures
 * has for a file with these bytes. Throws an error of code "file" where decodePicture does, and where the picture has no ink and the framing
 * is "digit".
 */
export function framePicture(bytes: Uint8Array, options: PictureForm): Promise<Uint8Array> {
  return withinAsync("framePicture", async () => {
    checkOptions("framePicture", options, names);
    const { form, channels } = formOf("framePicture", options);
    const framed = await framedBytes(bytes, form);
    if (framed === null) throw new ChainruleError("file", "framePicture", blank);
    return inChannels(framed, channels);
  });
}

/** The checked form, and the number of channels. */
export function formOf(
  call: string,
  { shape, framing }: PictureForm,
): { readonly form: Form; readonly channels: 1 | 3 } {
  const isShape = Array.isArray(shape) && shape.length === 3 && shape.every((size) => isWhole(size, { from: 1 }));
  if (!isShape || (shape[0] !== 1 && shape[0] !== 3))
    throw new ChainruleError("option", call, `shape is [channels, height, width] with 1 or 3 channels, not [${shape}]`);
  checkFraming(call, framing);
  const [channels, height, width] = shape;
  const form: Form = { size: [height, width], framing, channels: channels === 1 ? 1 : null };
  return { form, channels: channels === 1 ? 1 : 3 };
}
