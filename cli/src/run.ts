// Runs the command line of process.argv and reports every failure: a mistake in the user's input as a sentence with exit code 2, a bug in
// chainrule with a stack trace and exit code 1.
import { CommanderError } from "commander";
import { commands } from "./commands/commands.ts";
import { BadInput } from "./failure.ts";
import { type Streams, useStreams, write } from "./terminal/output.ts";
import { printableLines } from "./terminal/screen.ts";

/** Returns the exit code. What the command says goes to these streams. */
export async function run(streams: Streams): Promise<number> {
  useStreams(streams);
  let code = 0;
  try {
    await commands((given) => {
      code = given;
    }).parseAsync();
    return code;
  } catch (error) {
    return report(error, streams);
  }
}

function report(error: unknown, { stderr }: Streams): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof BadInput) {
    write(stderr, `${printableLines(error.message).replace(/^/gm, "error: ")}\n`);
    return 2;
  }
  const words = error instanceof Error ? error.stack : error;
  write(stderr, `this is a bug in chainrule, not a mistake in your input:\n${words}\n`);
  return 1;
}
