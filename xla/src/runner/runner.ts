// The Python process beside Node: it is started once, and messages go to and fro in frames. It keeps Node alive only while somebody waits for
// an answer, and ends with Node, when its input ends.
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { ChainruleError } from "chainrule";
import { type Frame, FrameReader, frameOf } from "./frames.ts";
import { argumentsOf, type Settings } from "./options.ts";

/** What happens to a runner. */
export interface Events {
  readonly frame: (frame: Frame) => void;
  /** It has ended, or could not start. */
  readonly gone: (error: ChainruleError) => void;
}

/** Lines of the runner's output that an error shows. */
const lastLines = 12;

export class Runner {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #events: Events;
  readonly #settings: Settings;
  #output = "";
  #hasEnded = false;

  /** Starts the runner. Throws a ChainruleError "platform" where there are no processes, as in a page. */
  constructor(settings: Settings, events: Events) {
    const builtin = typeof process === "object" ? process.getBuiltinModule : undefined;
    if (builtin === undefined)
      throw new ChainruleError(
        "platform",
        "xla",
        'runs in Node 20.16 or newer, beside a Python process; use backend "wasm" here',
      );
    const { spawn } = builtin("node:child_process");
    const { fileURLToPath } = builtin("node:url");
    this.#settings = settings;
    this.#events = events;
    const place = fileURLToPath(new URL("../../python", import.meta.url));
    this.#child = spawn(settings.python, ["-m", "chainrule_xla", ...argumentsOf(settings)], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, PYTHONPATH: [place, process.env.PYTHONPATH].filter(Boolean).join(":") },
    });
    this.#listen();
    this.waits(false);
  }

  /** Sends a message. What is sent after the end is dropped: `gone` has told it. */
  send(header: object, payload: readonly Uint8Array[] = []): void {
    if (this.#hasEnded) return;
    this.#child.stdin.cork();
    for (const part of frameOf(header, payload)) this.#child.stdin.write(part);
    this.#child.stdin.uncork();
  }

  /** Whether Node stays alive for an answer. */
  waits(yes: boolean): void {
    const { stdin, stdout, stderr } = this.#child as unknown as Record<"stdin" | "stdout" | "stderr", Held>;
    for (const held of [this.#child, stdin, stdout, stderr] satisfies Held[]) {
      if (yes) held.ref();
      else held.unref();
    }
  }

  /** Ends the runner, in order with the other processes of its group or at once; resolves when it has ended. */
  close(inOrder: boolean): Promise<void> {
    return new Promise((resolve) => {
      if (this.#hasEnded) return resolve();
      this.#child.once("close", () => resolve());
      this.waits(true);
      if (inOrder) this.send({ kind: "close" });
      else this.#child.kill("SIGKILL");
      this.#hasEnded = true;
    });
  }

  #listen(): void {
    const frames = new FrameReader();
    const { stdin, stdout, stderr } = this.#child;
    stdout.on("data", (chunk: Uint8Array) => {
      for (const frame of frames.take(chunk)) {
        if (frame.header.kind === "missing") this.#end(missing(this.#settings, String(frame.header.message)));
        else this.#events.frame(frame);
      }
    });
    stderr.setEncoding("utf8");
    stderr.on("data", (text: string) => {
      this.#output = (this.#output + text).slice(-1 << 14);
    });
    // The runner's end is told by "close", with its output; a pipe that breaks meanwhile says nothing new.
    stdin.on("error", () => {});
    this.#child.on("error", (error: NodeJS.ErrnoException) => this.#end(notStarted(this.#settings, error)));
    this.#child.on("close", (code, signal) => this.#end(this.#died(code, signal)));
  }

  #died(code: number | null, signal: string | null): ChainruleError {
    const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
    const lines = this.#output.trimEnd().split("\n").slice(-lastLines).join("\n");
    return new ChainruleError(
      "device",
      "xla",
      `the runner ${how}; what it held is lost: load states again, from a checkpoint or a file${lines === "" ? "" : `. Its last lines:\n${lines}`}`,
      { status: code, signal },
    );
  }
  #end(error: ChainruleError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#events.gone(error);
  }
}

/** What keeps Node alive, or does not. */
interface Held {
  ref(): void;
  unref(): void;
}

const missing = ({ python }: Settings, words: string): ChainruleError =>
  new ChainruleError(
    "package",
    "xla",
    `jax is not installed for ${python} (${words}): ${python} -m pip install "jax>=0.10"`,
    {
      python,
    },
  );

function notStarted({ python }: Settings, error: NodeJS.ErrnoException): ChainruleError {
  const words =
    error.code === "ENOENT"
      ? `there is no program ${python}: install Python 3.10 or newer and \`pip install "jax>=0.10"\`, or name another Python by CHAINRULE_PYTHON`
      : `${python} cannot start: ${error.message}`;
  return new ChainruleError("package", "xla", words, { python }, { cause: error });
}
