// Runs the command line as a user would: the built program (`npm run build`), in a process and a folder of its own.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../test/node/synthetic.ts";

/** The decoded pictures of all commands of a test file are kept here, not among those of the user. */
export const cacheFolder = temporaryFolder();

const program = fileURLToPath(new URL("../bin/chainrule.js", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Event = Record<string, unknown> & { readonly event: string };

/** `started` gets the process, `watch` its stdout as it grows, and may act on it; `env` is added to the tests' environment, in which each runs on one thread. */
export function chainrule(
  args: readonly string[],
  options: {
    cwd: string;
    watch?: (stdout: string, process: ReturnType<typeof spawn>) => void;
    started?: (process: ReturnType<typeof spawn>) => void;
    env?: Readonly<Record<string, string>>;
  },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      npm_command: undefined,
      CHAINRULE_THREADS: "1",
      CHAINRULE_CACHE: cacheFolder,
      ...options.env,
    };
    const child = spawn(process.execPath, [program, ...args], { cwd: options.cwd, env });
    options.started?.(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.watch?.(stdout, child);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The events in the stdout of --json: one JSON object a line, nothing else. */
export function events({ stdout }: Finished): Event[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}
