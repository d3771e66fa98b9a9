// The page in a browser with a GPU, one in software: the adapter's name is shown, and a conv net is trained on it.
import { expect } from "vitest";
import { it } from "../../../test/browser/chromium.ts";
import { idx } from "../../../test/node/synthetic.ts";
import { Site } from "../site.ts";

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

it("where there is a GPU, the visitor can train on it, and the net answers with what it has learned there", async () => {
  const site = await Site.open({ gpu: true });
  const { page, leave } = await site.visit({ at: "images?net=cnn" });
  const part = page.locator("#images");
  await part.getByTestId("files").setInputFiles([...files("train", 64), ...files("t10k", 64)]);
  await expect.poll(() => part.getByTestId("told").allTextContents()).toEqual([expect.stringMatching(/64 pictures/)]);
  const name = "google swiftshader: a GPU in software, which computes on the processor";
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
  await leave();
  await site.close();
});
