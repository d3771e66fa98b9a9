// One process of bench/processes.js: trains a net of works.js on a batch that is `count` times as large, of which it has its rows.
import * as chainrule from "chainrule";
import { xlaReady } from "chainrule-xla";
import { workOf } from "../training.js";
import { questionOf, works } from "../works.js";

const [, , name, count, steps] = process.argv;
const { available, reason, process: own, processes } = await xlaReady();
if (!available) throw new Error(reason);
const work = works.find((one) => one.name === name);
const [batch, ...rest] = work.input;
const larger = { ...work, input: [batch * Number(count), ...rest] };
const { model, train, batch: batchOf } = workOf(chainrule, questionOf(larger));
const step = chainrule.compile(train, { backend: "xla" });
const share = (x) => {
  const [whole] = x.shape;
  const from = (own * whole) / processes;
  return chainrule.shareOf(x.slice([from, from + whole / processes]), { from, batch: whole });
};
const batches = Array.from({ length: 4 }, (_, i) => batchOf(i).map(processes > 1 ? share : (x) => x));
const [losses, milliseconds] = [[], []];
for (let i = 0; i < Number(steps); i++) {
  const start = performance.now();
  losses.push((await step(...batches[i % batches.length]).read())[0]);
  milliseconds.push(performance.now() - start);
}
const gradients = processes > 1 ? 4 * model.parameters().reduce((sum, { size }) => sum + size, 0) : 0;
console.log(JSON.stringify({ losses, milliseconds, gradients, batch: larger.input[0] }));
