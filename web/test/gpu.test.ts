// The page in a browser with a GPU, one in software: the adapter's name is shown, a conv net is trained on it, and the race has its lane.
// Where the GPU computes wrongly, or is taken away, the visitor reads why in plain words, and all goes on on the processor.
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { idx } from "../../test/node/synthetic.ts";
import { loseGpu, Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open({ gpu: true });
});
afterAll(() => site.close());

/** Pictures so small that a GPU in software learns from them in no time: a bright row, whose number is the class. */
function files(prefix: string, count: number) {
  const pixel = (i: number) => (Math.floor((i % 144) / 12) === Math.floor(i / 144) % 10 ? 255 : 0);
  const images = Uint8Array.from({ length: count * 144 }, (_, i) => pixel(i));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const file = (name: string, bytes: Uint8Array) => ({ name, mimeType: "", buffer: Buffer.from(bytes) });
  return [
    file(`${prefix}-images-idx3-ubyte`, idx([count, 12, 12], images)),
    file(`${prefix}-labels-idx1-ubyte`, idx([count], labels)),
  ];
}

const name = "google swiftshader: a GPU in software, which computes on the processor";
const takenAway =
  "The system has taken it away from this page, as it does when a driver is updated or when it has too much to do.";

async function takeFiles(part: Locator): Promise<void> {
  await part.getByTestId("files").setInputFiles([...files("train", 64), ...files("t10k", 64)]);
  await expect.poll(() => part.getByTestId("told").allTextContents()).toEqual([expect.stringMatching(/64 pictures/)]);
}

it("a visitor can train on the GPU; when it is taken away, training goes on on the processor and the page says why", async () => {
  const { page, leave } = await site.visit({ at: "images?net=cnn", gpu: "loses" });
  const part = page.locator("#images");
  await takeFiles(part);
  await expect.poll(() => part.getByTestId("gpu").allTextContents()).toEqual([name]);
  expect(await part.getByRole("radio", { name: "Processor" }).isChecked()).toBe(true);
  await part.getByRole("radio", { name: "GPU" }).check({ force: true });
  await part.getByRole("button", { name: "Train", exact: true }).click();
  await expect.poll(() => part.getByTestId("epoch").textContent()).toBe("4 of 4");
  await part.getByRole("button", { name: "Train more" }).waitFor();
  // It has trained on the GPU to the end: nothing is told of a return to the processor.
  expect(await part.getByRole("radio", { name: "GPU" }).isChecked()).toBe(true);
  expect(await part.getByTestId("told").count()).toBe(0);
  expect(await part.getByTestId("threads").textContent()).toBe("–");
  expect(await part.getByTestId("accuracy").textContent()).toMatch(/^\d+\.\d%$/);

  await loseGpu(page);
  await part.getByRole("button", { name: "Train more" }).click();
  const told = `Training has left the GPU and goes on on the processor, from the last report. ${takenAway}`;
  await expect.poll(() => part.getByTestId("told").allTextContents()).toEqual([told]);
  await expect.poll(() => part.getByTestId("epoch").textContent()).toBe("8 of 8");
  // Another GPU is found, and it is left to the visitor.
  await expect.poll(() => part.getByRole("radio", { name: "Processor" }).isChecked()).toBe(true);
  expect(await part.getByTestId("gpu").allTextContents()).toEqual([name]);
  await leave();
});

it("the race has a lane for the GPU, and goes on without it when it is taken away", async () => {
  const { page, leave } = await site.visit({ at: "race", gpu: "loses" });
  const part = page.locator("#race");
  await part.getByRole("button", { name: "Start the race" }).click();
  const lane = part.getByRole("listitem").filter({ hasText: "Compiled for the GPU" });
  await expect.poll(() => lane.textContent()).toMatch(/google swiftshader, a GPU in software.*[1-9]\d* steps?/s);
  await loseGpu(page);
  const reason = `The GPU google swiftshader is not in the race. ${takenAway}`;
  await expect.poll(() => part.getByTestId("race-gpu").allTextContents()).toEqual([reason]);
  expect(await part.getByRole("listitem").count()).toBe(3);
  await leave();
});

it("a GPU that computes wrongly is refused, by the names of adapter and op, and training is on the processor", async () => {
  const { page, leave } = await site.visit({ at: "images?net=mlp", gpu: "wrong" });
  const part = page.locator("#images");
  await expect
    .poll(() => part.getByTestId("gpu").allTextContents())
    .toEqual([
      expect.stringMatching(
        /^The GPU google swiftshader is not used; training runs on the processor\. In a check it computed “(exp|tanh|sigmoid|erf|pow)” wrongly\./,
      ),
    ]);
  expect(await part.getByRole("radio", { name: "GPU" }).count()).toBe(0);
  await takeFiles(part);
  await part.getByRole("button", { name: "Train", exact: true }).click();
  await part.getByRole("button", { name: "Train more" }).waitFor();
  await leave();
});
