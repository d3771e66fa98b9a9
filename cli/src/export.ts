// chainrule export: writes a model as an ONNX file, for other programs.
import { existsSync, realpathSync } from "node:fs";
import { checkWritable, readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";
import { loadModel } from "./model-file.ts";
import { sayWithoutOutput } from "./terminal/output.ts";
import { Screen } from "./terminal/screen.ts";
import { thousands } from "./wording.ts";

export interface ExportOptions {
  readonly onnx: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export async function exportCommand(file: string, { onnx, force, json }: ExportOptions): Promise<number> {
  const screen = new Screen(json ?? false);
  const { net, description } = await loadModel(file);
  const { input, classes } = description;
  await checkTarget(file, onnx, force ?? false);
  const { modelToOnnx } = await import("chainrule-onnx");
  const bytes = modelToOnnx({ net, description });
  await reading(() => writeWhole(onnx, bytes));
  sayWithoutOutput(`${onnx} is written`);
  const size = input.join("×");
  screen.say(
    `${onnx} is written (${thousands(bytes.length)} bytes): it takes pictures of ${size} (channels, height, width), any number at a time, and gives the logits of ${classes.length} classes`,
  );
  screen.event("done", { model: file, onnx, bytes: bytes.length });
  return 0;
}

/** Throws BadInput where the target is the model itself, or a file that is not ONNX, unless `force` is set. */
async function checkTarget(model: string, onnx: string, force: boolean): Promise<void> {
  await reading(() => checkWritable(onnx));
  if (!existsSync(onnx)) return;
  if (realpathSync(onnx) === realpathSync(model))
    throw new BadInput(`--onnx ${onnx}: is the model itself; give another name`);
  if (!force && !isOnnx(await reading(() => readBytes(onnx))))
    throw new BadInput(
      `--onnx ${onnx}: exists and is not an ONNX file; choose another name, or add --force to overwrite it`,
    );
}

/** Whether the bytes begin with an ONNX file's protobuf fields: ir_version (1, a number below 128) and producer_name (2, a text). */
function isOnnx(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (bytes[0] === 0x08 && bytes[1] < 0x80 && bytes[2] === 0x12);
}
