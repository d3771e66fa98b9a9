// One neuron, used as a visitor would: drag a number, step through the backward pass, nudge, write a formula, follow a link.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { violations } from "./accessible.ts";
import { Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

const leaf = (page: Page, name: string) => page.locator("#neuron").getByRole("slider", { name, exact: true });
const said = (page: Page, name: string) => leaf(page, name).getAttribute("aria-valuetext");
const shown = (page: Page, name: string) =>
  page
    .locator("#neuron")
    .getByRole("img", { name: new RegExp(`^${name}: `) })
    .getAttribute("aria-label");
const button = (page: Page, name: string) => page.locator("#neuron").getByRole("button", { name, exact: true });
const sentence = async (page: Page) => {
  const text = await page.getByRole("region", { name: "Backward, in numbers" }).locator(".sentence").textContent();
  return (text ?? "").replaceAll("\u00a0", " ");
};
const formula = (page: Page) => page.getByRole("textbox", { name: /^Formula/ });

/** The neuron's output as a function of its sum, and as a function of x1 at Karpathy's weight. */
const tanh = (sum: number) => Math.tanh(sum).toFixed(4);
const slope = (sum: number) => (-3 * (1 - Math.tanh(sum) ** 2)).toFixed(4).replace("-", "−");

it("shows Karpathy's neuron, and his gradients once backward has run", async () => {
  const { page, leave } = await site.visit({ at: "neuron" });
  await expect.poll(() => shown(page, "L")).toBe("L: value 0.7071, no gradient yet");
  await button(page, "All steps").click();
  expect(await shown(page, "L")).toBe("L: value 0.7071, gradient 1.00");
  for (const [name, gradient] of [
    ["x1", "−1.50"],
    ["w1", "1.00"],
    ["x2", "0.50"],
    ["w2", "0.00"],
    ["b", "0.50"],
  ])
    expect(await said(page, name)).toMatch(new RegExp(`, gradient ${gradient}; L is 0.7071$`));
  await leave();
});

it("lets a leaf be dragged, moved by keys, and typed; everything computed from it changes", async () => {
  const { page, leave } = await site.visit({ at: "neuron" });
  const b = leaf(page, "b");
  const { x, y, width, height } = (await b.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 50, y + height / 2, { steps: 4 });
  await page.mouse.up();
  expect(await said(page, "b")).toBe(`7.8810; L is ${tanh(1.881)}`);
  expect(await shown(page, "L")).toBe(`L: value ${tanh(1.881)}, no gradient yet`);

  await button(page, "All steps").click();
  await leaf(page, "x1").focus();
  await page.keyboard.press("ArrowLeft");
  expect(await said(page, "x1")).toBe(`1.90, gradient ${slope(2.181)}; L is ${tanh(2.181)}`);
  await page.keyboard.press("Shift+ArrowRight");
  expect(await said(page, "x1")).toContain("1.91, ");

  await page.keyboard.press("Enter");
  await page.keyboard.type("-2.5");
  await page.keyboard.press("Enter");
  expect(await said(page, "x1")).toContain("−2.50, ");
  await leaf(page, "w2").dblclick();
  await page.keyboard.type("9");
  await page.keyboard.press("Escape");
  expect(await said(page, "w2")).toContain("1.00, ");
  expect(await leaf(page, "w2").evaluate((element) => element === document.activeElement)).toBe(true);
  await leave();
});

it("goes backward step by step, both ways, by buttons and by keys", async () => {
  const { page, leave } = await site.visit({ at: "neuron" });
  const step = button(page, "One step forward");
  await step.click();
  expect(await sentence(page)).toBe("Start at the end: when L moves, L moves exactly as much. Its gradient is 1.");
  await step.click();
  expect(await sentence(page)).toBe("tanh is steep near 0 and flat far from it: 1.00 · 0.50 = 0.50.");
  for (const _ of [3, 4, 5]) await page.keyboard.press("ArrowRight");
  expect(await sentence(page)).toBe(
    "× gives each factor the gradient times the other factor: 0.50 · −3.00 = −1.50 for x1, 0.50 · 2.00 = 1.00 for w1.",
  );
  expect(await page.locator("#neuron .number text").allTextContents()).toEqual(["−1.50", "1.00"]);
  const rows = page.locator("#neuron tbody tr");
  for (const [row, cells] of [
    ["x1", "w1 = −3.00", "0.50", "−1.50", "0.00 → −1.50"],
    ["w1", "x1 = 2.00", "0.50", "1.00", "0.00 → 1.00"],
  ].entries())
    expect(await rows.nth(row).locator("th, td").allTextContents()).toEqual(cells);
  expect(await said(page, "x1")).toBe("2.00, gradient −1.50; L is 0.7071");
  await button(page, "One step back").click();
  expect(await sentence(page)).toBe("+ passes the gradient on to both, unchanged: 0.50 · 1.00 = 0.50.");
  expect(await said(page, "x1")).toBe("2.00; L is 0.7071");
  await page.keyboard.press("Home");
  expect(await shown(page, "L")).toBe("L: value 0.7071, no gradient yet");
  await leave();
});

it("plays to the end by itself, and pauses", async () => {
  const { page, leave } = await site.visit({ at: "neuron", still: false });
  await page.getByRole("radio", { name: "Used twice" }).check();
  await button(page, "Run backward").click();
  await button(page, "Pause").click();
  expect(await shown(page, "L")).toBe("L: value 36.00, gradient 1.00");
  await button(page, "Continue").click();
  await button(page, "Once more").waitFor();
  expect(await sentence(page)).toContain("a is used more than once, so its gradients add up: 12.00 + 12.00 = 24.00.");
  expect(await said(page, "a")).toBe("3.00, gradient 24.00; L is 36.00");
  await leave();
});

it("confirms the gradient by a nudge whose h shrinks", async () => {
  const { page, leave } = await site.visit({ at: "neuron", still: false });
  const panel = page.getByRole("region", { name: "Nudge: is it true?" });
  await panel.getByRole("combobox", { name: "Nudge" }).selectOption("x1");
  const numbers = () => panel.locator("dd").allTextContents();
  expect(await numbers()).toEqual(["0.70710678", "−0.97151705", "−1.67862383", "−1.50000000"]);
  const h = panel.getByRole("slider", { name: "h, from 1" });
  await h.fill("-2");
  expect((await numbers())[2]).toMatch(/^−1.53/);
  await h.fill("-5.5");
  await panel.getByRole("button", { name: "Let h shrink" }).click();
  await panel.getByText("They differ by 0.0000032.").waitFor();
  const [before, after, slope, gradient] = await numbers();
  expect([before, after]).toEqual(["0.70710678", "0.70710528"]);
  expect([slope, gradient]).toEqual(["−1.50000318", "−1.50000000"]);
  expect(await panel.locator("mark").allTextContents()).toEqual(["−1.50000", "−1.50000"]);
  await panel.getByRole("button", { name: "Again, from h = 1" }).click();
  await panel.getByRole("button", { name: "Stop" }).click();
  await h.press("End");
  expect((await numbers())[2]).toBe("−1.67862383");
  await leaf(page, "b").click();
  expect((await numbers())[3]).toBe("0.50000000");
  await leave();
});

it("draws the formula that is written, and says clearly what it cannot read", async () => {
  const { page, leave } = await site.visit({ at: "neuron" });
  await formula(page).fill("y = 2\nL = exp(x) * y");
  await expect.poll(() => shown(page, "L")).toBe("L: value 14.7781, no gradient yet");
  await leaf(page, "y").focus();
  await page.keyboard.press("PageUp");
  expect(await formula(page).inputValue()).toBe("y = 3\nL = exp(x) * y");
  expect(await shown(page, "L")).toBe("L: value 22.1672, no gradient yet");

  await formula(page).fill("L = tanh(x1*w1 + b");
  const message = page.locator("#neuron .problem");
  expect(await message.textContent()).toContain("expected ) at column 19.");
  expect(await message.getAttribute("aria-live")).toBe("polite");
  expect(await formula(page).getAttribute("aria-invalid")).toBe("true");
  expect(await shown(page, "L")).toBe("L: value 22.1672, no gradient yet");
  await formula(page).fill("L = sine(x)");
  expect(await message.textContent()).toContain(
    "there is no function sine, only tanh, sigmoid, relu, exp, log, at column 5.",
  );
  expect(await page.locator("#neuron mark").first().textContent()).toBe("sine");

  await formula(page).fill("L = log(x)");
  await leaf(page, "x").press("Home");
  expect(await page.locator("#neuron").getByText("L has no value at x = −20.00.").count()).toBe(1);
  await formula(page).fill("L = 2*3");
  expect(await page.locator("#neuron").getByText("This formula has no name to nudge.").count()).toBe(1);
  await leave();
});

it("keeps its state in the address", async () => {
  const first = await site.visit({ at: "neuron" });
  await formula(first.page).fill("L = (x - c)^2");
  await leaf(first.page, "c").press("ArrowRight");
  await expect.poll(() => first.page.url()).toContain("leaves=c%3A1.1");
  const link = new URL(first.page.url()).hash.slice(1);
  await first.leave();

  const { page, leave } = await site.visit({ at: link });
  await expect.poll(() => shown(page, "L")).toBe("L: value 0.81, no gradient yet");
  expect(await formula(page).inputValue()).toBe("L = (x - c)^2");
  await page.evaluate(() => {
    location.hash = "#neuron?formula=L+%3D+a*q&leaves=q%3A7";
  });
  await expect.poll(() => shown(page, "L")).toBe("L: value 21.00, no gradient yet");
  await leave();
});

it("draws its graph without Graphviz too", async () => {
  const { page } = await site.visit({ at: "neuron" });
  await leaf(page, "x1").waitFor();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.route(/viz/, (route) => route.abort());
  await page.reload();
  await page.getByText("Graphviz could not be loaded").waitFor();
  await button(page, "All steps").click();
  expect(await said(page, "x1")).toBe("2.00, gradient −1.50; L is 0.7071");
  expect(complaints).toEqual(["Failed to load resource: net::ERR_FAILED"]);
  await page.context().close();
});

it("works on a phone: the graph goes down, and a finger drags a number without moving the page", async () => {
  const { page, leave } = await site.visit({ at: "neuron", phone: true });
  const x1 = leaf(page, "x1");
  await x1.scrollIntoViewIfNeeded();
  const middle = async (name: string) => {
    const { x, y, width, height } = (await leaf(page, name).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    return { x: x + width / 2, y: y + height / 2 };
  };
  const [from, right, below] = [await middle("x1"), await middle("w1"), await middle("b")];
  expect([right.x > from.x, Math.round(right.y), below.y > from.y + 100]).toEqual([true, Math.round(from.y), true]);
  const scrolled = await page.evaluate(() => scrollY);
  const fingers = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", by = 0) =>
    fingers.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: from.x + by, y: from.y + by }],
    });
  await touch("touchStart");
  for (const by of [5, 15, 25]) await touch("touchMove", by);
  await touch("touchEnd");
  await expect.poll(() => said(page, "x1")).toMatch(/^2.50; /);
  expect(await page.evaluate(() => scrollY)).toBe(scrolled);
  await leave();
});

for (const [what, look] of [
  ["light", {}],
  ["dark, on a phone", { dark: true, phone: true }],
] as const)
  it(`is accessible, ${what}`, async () => {
    const { page, leave } = await site.visit({ at: "neuron", ...look });
    await leaf(page, "x1").waitFor();
    await button(page, "All steps").click();
    await leaf(page, "x1").press("Enter");
    expect(await violations(page, "#neuron")).toEqual([]);
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(inner).toBeLessThanOrEqual(outer);
    await leave();
  });
