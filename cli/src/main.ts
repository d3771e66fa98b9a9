// The entry point, which reports every failure: a mistake in the user's input as a sentence with exit code 2, a bug in chainrule with a
// stack trace and exit code 1.
import { CommanderError } from "commander";
import { commands } from "./commands.ts";
import { BadInput } from "./failure.ts";
import { watchStreams, write } from "./terminal/output.ts";
import { printableLines } from "./terminal/screen.ts";

watchStreams([process.stdout, process.stderr]);

try {
  await commands((code) => {
    process.exitCode = code;
  }).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof BadInput) {
    write(process.stderr, `${printableLines(error.message).replace(/^/gm, "error: ")}\n`);
    process.exitCode = 2;
  } else {
    write(
      process.stderr,
      `this is a bug in chainrule, not a mistake in your input:\n${error instanceof Error ? error.stack : error}\n`,
    );
    process.exitCode = 1;
  }
}
