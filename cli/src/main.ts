// The entry point of the program: the command line of this process, on its streams.
import { run } from "./run.ts";
import { tellFailures } from "./terminal/output.ts";

process.on("exit", tellFailures);
process.exitCode = await run({ stdout: process.stdout, stderr: process.stderr });
