// chainrule export: a model for the rest of the world, as an ONNX file. Whoever uses it brings pictures into its form themselves, so
// that how to is in its metadata.
import { existsSync, realpathSync } from "node:fs";
import { zeros } from "chainrule";
import { checkWritable, readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";
import { loadModel } from "./model-file.ts";
import { Screen, thousands } from "./screen.ts";

export interface ExportOptions {
  readonly onnx: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export async function exportCommand(file: string, { onnx, force, json }: ExportOptions): Promise<number> {
  const screen = new Screen(json ?? false);
  const { net, description } = await loadModel(file);
  const { input, classes, normalisation } = description;
  await checkTarget(file, onnx, force ?? false);
  const { toOnnx } = await import("chainrule-onnx");
  const bytes = toOnnx(net, zeros([1, ...input]), {
    metadata: {
      classes: JSON.stringify(classes),
      normalisation: JSON.stringify(normalisation),
      input: "float32 [batch, channels, height, width]: pixels from 0 to 1, (x - mean) / std for each channel",
      output: "float32 [batch, classes]: logits; softmax makes probabilities of them",
    },
  });
  await reading(() => writeWhole(onnx, bytes));
  const size = input.join("×");
  screen.say(
    `${onnx}: takes pictures of ${size} (channels, height, width), any number at a time, and tells ${classes.length} classes; ${thousands(bytes.length)} bytes`,
  );
  screen.event("done", { model: file, onnx, bytes: bytes.length });
  return 0;
}

/** Refuses what must not be replaced. */
async function checkTarget(model: string, onnx: string, force: boolean): Promise<void> {
  await reading(() => checkWritable(onnx));
  if (!existsSync(onnx)) return;
  if (realpathSync(onnx) === realpathSync(model))
    throw new BadInput(`--onnx ${onnx}: is the model itself; give another name`);
  if (!force && !isOnnx(await reading(() => readBytes(onnx))))
    throw new BadInput(
      `--onnx ${onnx}: exists and is no ONNX file; choose another name, or add --force to overwrite it`,
    );
}

/** The protobuf fields that such files begin with: ir_version (1, a number below 128) and producer_name (2, a text). */
function isOnnx(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (bytes[0] === 0x08 && bytes[1] < 0x80 && bytes[2] === 0x12);
}
