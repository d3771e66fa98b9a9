// chainrule page and its options.
import type { Command } from "commander";
import type { PageOptions } from "../page/page.ts";
import { text } from "../values.ts";
import { type Finish, json } from "./options.ts";

export function addPage(command: Command, finish: Finish): void {
  command
    .argument("<model>", "a file that train saved")
    .option(
      "--out <file>",
      "the page to write, or with --folder the folder (default: <model>.html, <model>-page)",
      text("the name of a file, or with --folder of a folder"),
    )
    .option("--folder", "write a folder with separate files instead of one file")
    .option("--title <text>", "the title of the page (default: the name of the model)", text("a title"))
    .addOption(json())
    .action(async (model: string, options: PageOptions) => {
      const { page } = await import("../page/page.ts");
      finish(await page(model, options));
    });
}
