// The speed at which the built demo trains its conv net on MNIST in Chromium, measured in turns with the same net in Node. `npm test`
// does not run this.
//
//   npx tsx web/test/images-per-second.ts [ROUNDS: 3]
import { chainruleProcess, events } from "../../cli/test/command.ts";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { Site } from "./site.ts";

const rounds = Number(process.argv[2] ?? 3);
const cwd = temporaryFolder();
const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Images a second that the page shows, from its second epoch of 10,000 pictures to the end of its fourth. */
async function inPage(site: Site): Promise<{ speed: number; threads: string }> {
  const { page, leave } = await site.visit({ at: "images?net=cnn", still: false });
  const part = page.locator("#images");
  const shown = async (id: string) => ((await part.getByTestId(id).textContent()) ?? "").trim();
  await part.getByRole("button", { name: "Train", exact: true }).click();
  const speeds: number[] = [];
  while (!(await part.getByRole("button", { name: "Train more" }).isVisible())) {
    const [epoch, speed] = [await shown("epoch"), Number((await shown("speed")).replaceAll(",", ""))];
    if (/^[2-4] of/.test(epoch) && speed > 0) speeds.push(speed);
    await page.waitForTimeout(200);
  }
  const threads = await shown("threads");
  await leave();
  return { speed: median(speeds), threads };
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
  let threads = "";
  for (let round = 0; round < rounds; round++) {
    const seen = await inPage(site);
    threads = seen.threads;
    page.push(seen.speed);
    node.push(await inNode(threads));
  }
  await site.close();
  const whole = (x: number) => Math.round(x).toLocaleString("en");
  const [a, b] = [median(page), median(node)];
  console.log(`| ${threads} | ${whole(a)} | ${whole(b)} | ${(a / b).toFixed(2)} |`);
}
