// Proves that a training has the same losses however it is divided: W2 and a GPT on one, two and four processes of this machine, each twice,
// and the GPT with linear layers that are divided among two devices. Losses differ from those of one process by less than 1e-6 of them; two
// runs of the same processes have equal bits, and so have all processes of a run. It takes minutes, and needs Python with jax:
//
//   CHAINRULE_PYTHON=python3 npx tsx xla/test/divided.ts [STEPS: 12] [NET ...: W2, gpt, divided gpt]
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { localCoordinator } from "chainrule-xla";
import { apart } from "./training.ts";

const [, , count = "12", ...chosen] = process.argv;
const steps = Number(count);
const bound = 1e-6;

interface Course {
  readonly losses: readonly number[];
  readonly weights: string;
}

/** How a training is divided: how many processes, how many devices each has, and along how many devices weights are divided. */
interface Division {
  readonly processes: number;
  readonly devices: number;
  readonly model: number;
}

function run(net: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const script = fileURLToPath(new URL("divided-part.ts", import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, script, net, `${steps}`], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) =>
    child.on("close", (code) => (code === 0 ? resolve(out) : reject(new Error(errors)))),
  );
}

/** A training; throws if its processes do not agree, bit for bit. */
async function course(net: string, { processes, devices, model }: Division): Promise<Course> {
  const group = { CHAINRULE_COORDINATOR: await localCoordinator(), CHAINRULE_PROCESSES: `${processes}` };
  const texts = await Promise.all(
    Array.from({ length: processes }, (_, i) =>
      run(net, {
        ...(processes > 1 ? { ...group, CHAINRULE_PROCESS: `${i}` } : {}),
        CHAINRULE_XLA_CPU_DEVICES: `${devices}`,
        CHAINRULE_XLA_MODEL: `${model}`,
      }),
    ),
  );
  const [first, ...others] = new Set(texts);
  if (others.length > 0) throw new Error(`the processes of ${net} differ:\n${texts.join("")}`);
  return JSON.parse(first);
}

const divisions: readonly (readonly [net: string, words: string, division: Division])[] = [
  ...["W2", "gpt"].flatMap((net) =>
    [1, 2, 4].map((processes) => {
      const words = processes === 1 ? "one process" : `${processes} processes`;
      return [net, words, { processes, devices: 1, model: 1 }] as const;
    }),
  ),
  ["divided gpt", "2 × 1 devices: the batch is divided", { processes: 1, devices: 2, model: 1 }],
  ["divided gpt", "1 × 2 devices: the weights are divided", { processes: 1, devices: 2, model: 2 }],
  ["divided gpt", "1 × 2 devices of 2 processes", { processes: 2, devices: 1, model: 2 }],
  ["divided gpt", "2 × 2 devices of 2 processes", { processes: 2, devices: 2, model: 2 }],
];

const alone = new Map<string, readonly number[]>();
let isFine = true;
for (const [net, words, division] of divisions) {
  if (chosen.length > 0 && !chosen.includes(net)) continue;
  const whole = net.replace("divided ", "");
  const reference = alone.get(whole) ?? (await course(whole, { processes: 1, devices: 1, model: 1 })).losses;
  alone.set(whole, reference);
  const [first, second] = [await course(net, division), await course(net, division)];
  const difference = apart(first.losses, reference);
  const isSame = JSON.stringify(first) === JSON.stringify(second);
  isFine &&= difference <= bound && isSame;
  console.log(
    `${net}, ${words}: ${steps} losses, ${first.losses[0]} to ${first.losses.at(-1)}, within ${difference.toExponential(1)} of one process's; ${isSame ? "equal bits" : "OTHER BITS"} in two runs`,
  );
}
process.exitCode = isFine ? 0 : 1;
