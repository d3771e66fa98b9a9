// The speed at which the built demo trains its conv net on MNIST in Chromium, measured in turns with the same net in Node; how long it takes from
// the click to an accuracy of 97 % with 10,000 pictures; how slow the first epoch is; and the tasks of the page over 50 ms meanwhile. `npm test`
// does not run this.
//
//   npx tsx web/test/images/per-second.ts [ROUNDS: 3]

import { chainruleProcess, events } from "../../../cli/test/command.ts";
import { closeShared } from "../../../test/browser/chromium.ts";
import { temporaryFolder } from "../../../test/node/synthetic.ts";
import { Site } from "../site.ts";

const rounds = Number(process.argv[2] ?? 3);
const cwd = temporaryFolder();
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

interface InPage {
  readonly threads: string;
  /** Images a second that the page shows: the median from the second epoch to the fourth, and that of the first. */
  readonly speed: number;
  readonly first: number;
  /** Seconds from the click to a test accuracy of 97 %. */
  readonly until97: number;
  /** Milliseconds of each task over 50 ms of the page's own thread, from the click on. */
  readonly longTasks: readonly number[];
}

async function inPage(site: Site): Promise<InPage> {
  const { page, leave } = await site.visit({ at: "images?net=cnn", still: false });
  const part = page.locator("#images");
  const shown = async (id: string) => ((await part.getByTestId(id).textContent()) ?? "").trim();
  await page.waitForTimeout(3000);
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(globalThis, { tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: "longtask",
    });
  });
  await part.getByRole("button", { name: "Train", exact: true }).click();
  const began = performance.now();
  const [speeds, firsts]: [number[], number[]] = [[], []];
  let until97 = Number.NaN;
  while (!(await part.getByRole("button", { name: "Train more" }).isVisible())) {
    const [epoch, speed] = [await shown("epoch"), Number((await shown("speed")).replaceAll(",", ""))];
    if (speed > 0) (/^1 of/.test(epoch) ? firsts : /^[2-4] of/.test(epoch) ? speeds : []).push(speed);
    if (Number.isNaN(until97) && Number.parseFloat(await shown("accuracy")) >= 97)
      until97 = (performance.now() - began) / 1000;
    await page.waitForTimeout(100);
  }
  const threads = await shown("threads");
  const longTasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
  await leave();
  return { threads, speed: median(speeds), first: median(firsts), until97, longTasks };
}

/** Images a second of the second epoch over all pictures. */
async function inNode(threads: string): Promise<number> {
  const options = ["--model", "cnn", "--epochs", "2", "--threads", threads, "--json", "--out", "speed.safetensors"];
  const told = events(await chainruleProcess(["train", "mnist", ...options], { cwd }));
  const [, second] = told.filter(({ event }) => event === "epoch");
  return Number(second?.imagesPerSecond);
}

console.log(`conv net on MNIST, batches of 64, images a second; medians over ${rounds} rounds\n`);
console.log("| threads | Chromium | Node | Chromium to Node |\n| ------: | -------: | ---: | ---------------: |");
for (const isolated of [false, true]) {
  const site = await Site.open({ isolated });
  const [page, node]: [number[], number[]] = [[], []];
  const [firsts, untils, tasks]: [number[], number[], number[]] = [[], [], []];
  let threads = "";
  for (let round = 0; round < rounds; round++) {
    const seen = await inPage(site);
    threads = seen.threads;
    page.push(seen.speed);
    firsts.push(seen.first / seen.speed);
    untils.push(seen.until97);
    tasks.push(...seen.longTasks);
    node.push(await inNode(threads));
  }
  await site.close();
  const whole = (x: number) => Math.round(x).toLocaleString("en");
  const [a, b] = [median(page), median(node)];
  console.log(`| ${threads} | ${whole(a)} | ${whole(b)} | ${(a / b).toFixed(2)} |`);
  const listed = (numbers: readonly number[], digits: number) =>
    numbers.length === 0
      ? "none"
      : numbers
          .toSorted((x, y) => x - y)
          .map((x) => x.toFixed(digits))
          .join(", ");
  console.log(
    `  97 % after ${listed(untils, 1)} s; first epoch ${listed(firsts, 2)} of the later speed; tasks over 50 ms: ${listed(tasks, 0)}`,
  );
}
await closeShared();
