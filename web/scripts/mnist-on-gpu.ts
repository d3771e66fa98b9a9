// Trains the demo's conv net on MNIST on the GPU of a page, as a visitor does, until it recognises 98 % of the test pictures, and measures how
// long the page is frozen meanwhile: the tasks above 50 ms of its main thread. Chromium's GPU is SwiftShader, which computes on the
// processor, so the time says nothing about a GPU. Ends with 1 where the net does not get there.
//
//   npm run build:demo && npx tsx web/scripts/mnist-on-gpu.ts [--all]     --all: 60,000 training pictures in place of 10,000
import { parseArgs } from "node:util";
import type { Locator } from "playwright-core";
import { Site } from "../test/site.ts";

const goal = 98;
const maxEpochs = 12;

const { values } = parseArgs({ options: { all: { type: "boolean", default: false } } });

/** Runs in the page, before its scripts. */
function observe(): void {
  const long: number[] = [];
  Object.assign(globalThis, { long });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(Math.round(duration));
  }).observe({ type: "longtask", buffered: true });
}

const percent = async (part: Locator): Promise<number> =>
  Number.parseFloat((await part.getByTestId("accuracy").textContent()) ?? "");
const longTasks = (part: Locator): Promise<number[]> =>
  part.evaluate(() => (globalThis as unknown as { readonly long: number[] }).long.splice(0));

const site = await Site.open({ gpu: true });
const { page, leave } = await site.visit({ at: "images?net=cnn", before: observe });
const part = page.locator("#images");
if (values.all) await part.getByRole("radio", { name: "all 60,000" }).check({ force: true });
await part.getByRole("radio", { name: "GPU" }).check({ force: true, timeout: 30_000 });
console.log(await part.getByTestId("gpu").textContent());
const loading = await longTasks(part);
console.log(`before training: ${loading.length} tasks above 50 ms, ${loading.join(", ")}`);

const began = performance.now();
await part.getByRole("button", { name: "Train", exact: true }).click();
let reached = 0;
for (let epoch = 1; epoch <= maxEpochs && reached < goal; epoch++) {
  const more = part.getByRole("button", { name: "Train more" });
  const epochIs = () => part.getByTestId("epoch").textContent();
  // An epoch is over when the next one begins, or the button offers more.
  while (!(Number.parseInt((await epochIs()) ?? "", 10) > epoch) && !(await more.isVisible()))
    await new Promise((resolve) => setTimeout(resolve, 250));
  reached = await percent(part);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const speed = await part.getByTestId("speed").textContent();
  console.log(`epoch ${epoch}: ${reached} % of 10,000 test pictures, ${seconds} s, ${speed} pictures a second`);
  if (reached < goal && (await more.isVisible())) await more.click();
}
const isOnGpu = await part.getByRole("radio", { name: "GPU" }).isChecked();
const long = await longTasks(part);
console.log(
  `${reached >= goal && isOnGpu ? "reached" : "not reached"}: ${goal} %, on ${isOnGpu ? "the GPU" : "the processor"}`,
);
console.log(`during training: ${long.length} tasks above 50 ms${long.length > 0 ? `, ${long.join(", ")}` : ""}`);
await leave();
await site.close();
process.exit(reached >= goal && isOnGpu ? 0 : 1);
