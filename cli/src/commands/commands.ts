// The commands, as commander parses them and as --help shows them. values.ts reads the values of the options.
import { Command } from "commander";
import { currentStreams, write } from "../terminal/output.ts";
import { version } from "../version.ts";
import { addEvaluate } from "./evaluate.ts";
import { addExport } from "./export.ts";
import type { Finish } from "./options.ts";
import { addPage } from "./page.ts";
import { addPredict } from "./predict.ts";
import { addServe } from "./serve.ts";
import { addTrain } from "./train.ts";
import { addTune } from "./tune.ts";

/** The program with all commands. `finish` gets the exit code of the command that was run. */
export function commands(finish: Finish): Command {
  const { stdout, stderr } = currentStreams();
  const program = new Command("chainrule")
    .description("Train, test and use nets that recognise small pictures.")
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => write(stdout, text), writeErr: (text) => write(stderr, text) })
    .showHelpAfterError("`chainrule --help` lists the commands");
  const subcommand = (name: string, description: string) =>
    program.command(name).description(description).showHelpAfterError(`\`chainrule ${name} --help\` lists its options`);
  addTrain(subcommand("train", "train a net and save it"), finish);
  addTune(subcommand("tune", "search the net, the size and the learning rate, and save the best net"), finish);
  addEvaluate(subcommand("evaluate", "test a saved model on pictures that it was not trained on"), finish);
  addPredict(subcommand("predict", "recognise what pictures show"), finish);
  addServe(subcommand("serve", "answer the pictures that programs and pages send, on this machine"), finish);
  addPage(subcommand("page", "write a page that recognises pictures in the browser, offline"), finish);
  addExport(subcommand("export", "write a saved model as a file that other programs read"), finish);
  return program;
}
