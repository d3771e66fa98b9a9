// Kills trainings at random moments, resumes them, kills them again, and compares: see kill.ts. `npm test` kills three and does not run this.
//
//   npx tsx cli/test/kill-forever.ts [RUNS: 50] [SEED]
import { bars, temporaryFolder, writeIdxFolder } from "../../test/node/synthetic.ts";
import { killAndResume, undisturbed } from "./kill.ts";

const [runs, seed] = [Number(process.argv[2] ?? 50), Number(process.argv[3] ?? Date.now() % 1e6)];
let state = (seed % (2 ** 31 - 2)) + 1;
/** Park and Miller's generator, 0 … 1. */
const random = () => (state = (16807 * state) % (2 ** 31 - 1)) / 2 ** 31;

const data = writeIdxFolder(temporaryFolder(), {
  ...{ train: bars(1000, { side: 12 }), test: bars(50, { side: 12 }), side: 12 },
});
const options = ["--model", "conv-bn", "--epochs", "10", "--batch-size", "10", "--validation", "0.2", "--augment"];
const whole = await undisturbed(data, [...options, "--checkpoint", "0.05"]);
console.log(
  `seed ${seed}: ${runs} trainings of ${whole.seconds.toFixed(1)} s, a checkpoint each 0.05 s and each epoch`,
);
let killed = 0;
for (let run = 1; run <= runs; run++) {
  const lives = Array.from({ length: 1 + Math.floor(3 * random()) }, () => 0.2 + random() * whole.seconds);
  const how = await killAndResume({ data, options: [...options, "--checkpoint", "0.05"], whole, lives });
  killed += how.split("after a checkpoint").length - 1;
  console.log(`${run}/${runs}: ${how}; the same curve, the same file`);
}
console.log(`${runs} trainings, killed ${killed} times after a checkpoint: all came to the same end`);
