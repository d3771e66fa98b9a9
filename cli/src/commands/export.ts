// chainrule export and its options.
import type { Command } from "commander";
import { type ExportOptions, exportCommand } from "../export.ts";
import { type Finish, json } from "./options.ts";

export function addExport(command: Command, finish: Finish): void {
  command
    .argument("<model>", "a file that train saved")
    .requiredOption("--onnx <file>", "where to write it, in the ONNX format")
    .option("--force", "overwrite the file even if it is not an ONNX file")
    .addOption(json())
    .action(async (model: string, options: ExportOptions) => finish(await exportCommand(model, options)));
}
