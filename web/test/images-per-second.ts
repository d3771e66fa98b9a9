// How fast the built demo trains its conv net on MNIST in Chromium, beside the same net in Node, in turns. Not part of `npm test`.
//
//   npx tsx web/test/images-per-second.ts [ROUNDS: 3]
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { chainrule, events } from "../../cli/test/command.ts";
import { startChromium } from "../../test/browser/chromium.ts";
import { serve } from "../../test/browser/serve.ts";
import { temporaryFolder } from "../../test/node/synthetic.ts";

const built = resolve(import.meta.dirname, "../dist");
if (!existsSync(join(built, "index.html"))) throw new Error("the demo is not built: npm run build:demo");
const rounds = Number(process.argv[2] ?? 3);
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const cwd = temporaryFolder();
const browser = await startChromium();
const middle = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** The speed that the page shows, from its second round over 10,000 pictures to the end of its fourth. */
async function inPage(headers: Readonly<Record<string, string>>): Promise<{ speed: number; threads: string }> {
  const server = await serve({ "/": built }, headers);
  const page = await browser.newPage();
  await page.goto(`${server.origin}/index.html#images?net=cnn`);
  const part = page.locator("#images");
  const shown = async (id: string) => ((await part.getByTestId(id).textContent()) ?? "").trim();
  await part.getByRole("button", { name: "Train", exact: true }).click();
  const speeds: number[] = [];
  while (!(await part.getByRole("button", { name: "Train on" }).isVisible())) {
    const [epoch, speed] = [await shown("epoch"), Number((await shown("speed")).replaceAll(",", ""))];
    if (/^[2-4] of/.test(epoch) && speed > 0) speeds.push(speed);
    await page.waitForTimeout(200);
  }
  const threads = await shown("threads");
  await page.close();
  await server.close();
  return { speed: middle(speeds), threads };
}

/** Of the second epoch over all pictures. */
async function inNode(threads: string): Promise<number> {
  const options = ["--model", "cnn", "--epochs", "2", "--threads", threads, "--json", "--out", "speed.safetensors"];
  const told = events(await chainrule(["train", "mnist", ...options], { cwd }));
  const [, second] = told.filter(({ event }) => event === "epoch");
  return Number(second?.imagesPerSecond);
}

console.log(`conv net on MNIST, batches of 64, images a second; medians over ${rounds} rounds\n`);
console.log("| threads | Chromium | Node | Chromium to Node |\n| ------: | -------: | ---: | ---------------: |");
for (const headers of [{}, isolation]) {
  const [page, node]: [number[], number[]] = [[], []];
  let threads = "";
  for (let round = 0; round < rounds; round++) {
    const seen = await inPage(headers);
    threads = seen.threads;
    page.push(seen.speed);
    node.push(await inNode(threads));
  }
  const whole = (x: number) => Math.round(x).toLocaleString("en");
  const [a, b] = [middle(page), middle(node)];
  console.log(`| ${threads} | ${whole(a)} | ${whole(b)} | ${(a / b).toFixed(2)} |`);
}
await browser.close();
