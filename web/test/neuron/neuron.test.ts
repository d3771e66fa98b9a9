// One neuron, used as a visitor would: drag a number, step through a round of learning, let it learn, nudge, write a formula, follow a link.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { it } from "../../../test/browser/chromium.ts";
import { Site } from "../site.ts";
import {
  button,
  example,
  fingersOn,
  formula,
  isAccessible,
  isFocused,
  isSeen,
  leaf,
  middle,
  part,
  said,
  shared,
  shown,
  slope,
  tanh,
  told,
} from "./operate.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

describe("learning", () => {
  const visit = shared(() => site, {});
  let page: Page;
  beforeEach(() => {
    page = visit().page;
  });

  it("learns: error, who is to blame, fix it; then by itself, until nothing is left to fix", async () => {
    await expect
      .poll(() => told(page))
      .toBe("The error is 1.9722. It should be 0. Which number is to blame, and how much? Only w and b can change.");
    expect(await shown(page, "error")).toBe("error: value 1.9722, no gradient yet");
    await button(page, "All steps of this round").click();
    expect(await told(page)).toContain("To make the error smaller, raise w and b.");
    const rows = page.getByRole("region", { name: "What happens" }).locator("tbody tr");
    expect(await rows.locator("th, td").allTextContents()).toEqual([
      "w",
      "−0.60",
      "− 0.1 · (−2.6742)",
      "−0.3326",
      "b",
      "0.20",
      "− 0.1 · (−1.7828)",
      "0.3783",
    ]);
    await button(page, "Fix it").click();
    await expect.poll(() => told(page)).toContain("The error fell from 1.9722 to 0.8464.");
    expect(await said(page, "w")).toMatch(/^−0.3326; /);
    expect(await isFocused(page, "Who is to blame?")).toBe(true);
    // Back before the first step of the round lies the round before, with its numbers.
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    expect(await said(page, "w")).toMatch(/^−0.60, gradient −2.6742; /);

    for (const _ of [1, 2, 3]) await part(page).getByRole("slider", { name: "Learning rate" }).press("ArrowRight");
    await button(page, "Learn").click();
    expect(await isFocused(page, "Stop")).toBe(true);
    await expect
      .poll(() => told(page))
      .toMatch(/^After \d+ rounds the error is 0 to four decimals: nothing is left to fix.$/);
    expect(await isFocused(page, "Learn")).toBe(true);
    expect(
      await part(page)
        .getByRole("img", { name: /^error over w and b: / })
        .count(),
    ).toBe(1);

    await button(page, "Reset").click();
    await expect.poll(() => said(page, "w")).toMatch(/^−0.60; /);
    await page.locator("button.main", { hasText: "Undo" }).click();
    await expect.poll(() => said(page, "w")).toMatch(/^0\.\d+/);
  });

  it("puts the weights where the landscape is clicked, and says when a learning rate is too large", async () => {
    await button(page, "Reset").click();
    await expect.poll(() => said(page, "w")).toMatch(/^−0.60; /);
    const landscape = part(page).getByRole("img", { name: /^error over w and b: / });
    const { width, height } = (await landscape.boundingBox()) ?? { width: 0, height: 0 };
    // The frame is 4 wide around (−0.6, 0.2).
    await landscape.click({ position: { x: width * 0.75, y: height * 0.25 } });
    await expect.poll(() => said(page, "w")).toMatch(/^0.(39|40|41)/);
    expect(await said(page, "b")).toMatch(/^1.(19|20|21|22)/);
    await formula(page).fill("error = (x*w + b - target)**2");
    await part(page).getByRole("slider", { name: "Learning rate" }).press("End");
    await button(page, "Learn").click();
    await expect.poll(() => told(page)).toContain("The error grows without limit: the steps are too long.");
  });
});

describe("numbers, steps and formulas", () => {
  const visit = shared(() => site, {});
  let page: Page;
  beforeEach(() => {
    page = visit().page;
  });

  it("goes backward step by step, both ways, by buttons and by keys, with Karpathy's gradients", async () => {
    await example(page, "micrograd's neuron");
    expect(await told(page)).toBe("L is 0.7071. If one number moves a little, how far does L move? Ask each number.");
    const step = button(page, "One step forward");
    await step.click();
    expect(await told(page)).toBe("Start at the end. If L moves a little, L moves exactly as much: its gradient is 1.");
    for (const _ of [2, 3, 4, 5]) await page.keyboard.press("ArrowRight");
    expect(await told(page)).toBe(
      "A product gives each factor the gradient times the other factor: 0.50 · −3.00 = −1.50 for x1, 0.50 · 2.00 = 1.00 for w1.",
    );
    expect(await part(page).locator("svg .number text").allTextContents()).toEqual(["−1.50", "1.00"]);
    const rows = part(page).locator("tbody tr");
    for (const [row, cells] of [
      ["x1", "w1 = −3.00", "0.50", "−1.50"],
      ["w1", "x1 = 2.00", "0.50", "1.00"],
    ].entries())
      expect(await rows.nth(row).locator("th, td").allTextContents()).toEqual(cells);
    await page.keyboard.press("End");
    for (const [name, gradient] of [
      ["x1", "−1.50"],
      ["w1", "1.00"],
      ["x2", "0.50"],
      ["w2", "0.00"],
      ["b", "0.50"],
    ])
      expect(await said(page, name)).toMatch(new RegExp(`, gradient ${gradient}; L is 0.7071$`));
    await button(page, "One step back").click();
    expect(await said(page, "w2")).toBe("1.00; L is 0.7071");
    await button(page, "To the start").click();
    expect(await shown(page, "L")).toBe("L: not computed yet");
    expect(await isFocused(page, "To the start")).toBe(true);
    expect(await button(page, "To the start").getAttribute("aria-disabled")).toBe("true");
    await step.click();
    expect(await told(page)).toBe("x1*w1: 2.00 · (−3.00) = −6.00.");
  });

  it("lets a leaf be dragged, moved by keys, and typed; everything computed from it changes", async () => {
    await example(page, "A product");
    await example(page, "micrograd's neuron");
    const b = leaf(page, "b");
    await b.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await b.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const [left, top] = [x + width / 2, y + height / 2];
    await page.mouse.move(left, top);
    await page.mouse.down();
    await page.mouse.move(left + 50, top, { steps: 4 });
    expect(await said(page, "b")).toBe(`7.8810; L is ${tanh(1.881)}`);
    // With shift it goes on from there, ten times finer.
    await page.keyboard.down("Shift");
    await page.mouse.move(left + 60, top, { steps: 2 });
    await page.keyboard.up("Shift");
    expect(await said(page, "b")).toMatch(/^7.9010; /);
    await page.mouse.move(left + 59, top);
    await page.mouse.up();
    expect(await said(page, "b")).toMatch(/^7.8810; /);
    expect(await shown(page, "L")).toBe(`L: value ${tanh(1.881)}, no gradient yet`);

    await button(page, "All steps of this round").click();
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
  });

  it("draws the formula that is written, whatever its names, and says clearly what it cannot read", async () => {
    await formula(page).fill("y = 2\nL = exp(x) * y");
    await leaf(page, "x").press("Enter");
    await page.keyboard.type("2\n");
    await expect.poll(() => shown(page, "L")).toBe("L: value 14.7781, no gradient yet");
    await leaf(page, "y").focus();
    await page.keyboard.press("PageUp");
    expect(await formula(page).inputValue()).toBe("y = 3\nL = exp(x) * y");
    expect(await shown(page, "L")).toBe("L: value 22.1672, no gradient yet");

    await formula(page).fill("L = tanh(x1*w1 + b");
    const message = part(page).locator(".problem");
    expect(await message.textContent()).toContain("expected ) at column 19.");
    expect(await message.getAttribute("aria-live")).toBe("polite");
    expect(await formula(page).getAttribute("aria-invalid")).toBe("true");
    expect(await shown(page, "L")).toBe("L: value 22.1672, no gradient yet");
    await formula(page).fill("L = sine(x)");
    expect(await message.textContent()).toContain(
      "there is no function sine, only tanh, sigmoid, relu, exp, log, at column 5.",
    );
    expect(await part(page).locator("mark").first().textContent()).toBe("sine");

    await formula(page).fill("L = log(x)");
    await leaf(page, "x").press("Home");
    await expect.poll(() => told(page)).toContain("L has no value: the logarithm of −20.00 does not exist.");
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      await formula(page).fill(`L = ${name}*w + toLocaleString`);
      await leaf(page, name).press("ArrowRight");
      expect(await said(page, name)).toBe("1.10; L is 0.34");
    }
  });

  it("keeps the current step of a long graph in its box, and zooms", async () => {
    await formula(page).fill(`L = ${Array.from({ length: 30 }, (_, i) => `x${i}`).join(" + ")}`);
    const box = page.getByRole("region", { name: "Graph of L" });
    await button(page, "To the start").click();
    await button(page, "One step forward").click();
    await expect.poll(() => isSeen(box, "x0 + x1")).toBe(true);
    expect(await isSeen(box, "L")).toBe(false);
    for (const _ of Array.from({ length: 30 })) await page.keyboard.press("ArrowRight");
    await expect.poll(() => isSeen(box, "L")).toBe(true);
    const width = async () => (await box.locator("svg").first().boundingBox())?.width ?? 0;
    const before = await width();
    await box.hover();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Control");
    await expect.poll(width).toBeGreaterThan(before * 1.2);
    await button(page, "Show the whole graph").click();
    await expect.poll(width).toBeLessThanOrEqual((await box.boundingBox())?.width ?? 0);
  });
});

describe("with movement", () => {
  const visit = shared(() => site, { still: false });
  let page: Page;
  beforeEach(() => {
    page = visit().page;
  });

  it("plays to the end by itself, and pauses, on one button", async () => {
    await example(page, "A number used twice");
    await button(page, "What matters?").click();
    await button(page, "Pause").click();
    expect(await shown(page, "L")).toBe("L: value 36.00, gradient 1.00");
    expect(await isFocused(page, "Continue")).toBe(true);
    await button(page, "Continue").click();
    await button(page, "Fix it").waitFor();
    expect(await said(page, "a")).toBe("3.00, gradient 24.00; L is 36.00");
    // No number of this formula is a weight, until one is made one.
    expect(await told(page)).toContain("No number of this formula learns.");
    expect(await button(page, "Learn").getAttribute("aria-disabled")).toBe("true");
    await part(page).getByRole("combobox", { name: "Role of a" }).selectOption("weight");
    expect(await told(page)).toContain("To make L smaller, lower a.");
    await button(page, "Fix it").click();
    await expect.poll(() => said(page, "a")).toBe("0.60; L is 1.44");
  });

  it("checks the gradient by a nudge whose h shrinks, and says what is true at a corner", async () => {
    await example(page, "micrograd's neuron");
    await button(page, "Is the gradient true? Check it without calculus").click();
    const panel = page.getByRole("region", { name: "Check a gradient without calculus" });
    await panel.getByRole("combobox", { name: "Number" }).selectOption("x1");
    const numbers = () => panel.locator("dd").allTextContents();
    expect(await numbers()).toEqual(["0.70710678", "−0.97151705", "−1.67862383", "−1.50000000"]);
    const h = panel.getByRole("slider", { name: "h, from 1" });
    await h.fill("-5.5");
    await panel.getByRole("button", { name: "Let h shrink" }).click();
    await panel.getByText("They differ by 0.0000032.").waitFor();
    const [before, after, own, gradient] = await numbers();
    expect([before, after]).toEqual(["0.70710678", "0.70710528"]);
    expect([own, gradient]).toEqual(["−1.50000318", "−1.50000000"]);
    expect(await panel.locator("mark").allTextContents()).toEqual(["−1.50000", "−1.50000"]);
    await panel.getByRole("button", { name: "Again from h = 1" }).click();
    await panel.getByRole("button", { name: "Stop" }).click();
    expect(
      await panel.getByRole("button", { name: "Let h shrink" }).evaluate((one) => one === document.activeElement),
    ).toBe(true);
    await formula(page).fill("L = relu(k)");
    await leaf(page, "k").press("Enter");
    await page.keyboard.type("0\n");
    await panel
      .getByText("its slope is 0.00 to the left and 1.00 to the right, so no single gradient is right.")
      .waitFor();
    await formula(page).fill("L = 2*3");
    await panel.getByText("This formula has no name whose value could change.").waitFor();
  });
});

it("keeps its state in the address and across visits", async () => {
  const { page, leave } = await site.visit({ at: "neuron" });
  await formula(page).fill("L = (x - c)^2");
  await leaf(page, "c").press("ArrowRight");
  // The roles are shown, as no number learns yet.
  await part(page).getByRole("combobox", { name: "Role of c" }).selectOption("weight");
  await part(page).getByRole("slider", { name: "Learning rate" }).press("End");
  await expect.poll(() => page.url()).toMatch(/leaves=.*c(%3A|:)1.1.*roles=c(%3A|:)weight.*rate=10/);
  const x = await said(page, "x");
  const check = async () => {
    await expect.poll(() => formula(page).inputValue()).toBe("L = (x - c)^2");
    expect(await said(page, "c")).toMatch(/^1.10; /);
    expect(await said(page, "x")).toBe(x);
    expect(await part(page).getByRole("slider", { name: "Learning rate" }).getAttribute("aria-valuetext")).toBe("10");
  };
  await page.reload();
  await check();
  // Without an address the browser's own store has it.
  await page.evaluate(() => {
    history.replaceState(null, "", location.pathname);
    location.reload();
  });
  await page.waitForEvent("load");
  await check();
  await page.evaluate(() => {
    location.hash = "#neuron?formula=L+%3D+a*q&leaves=q%3A7";
  });
  await expect.poll(() => shown(page, "L")).toBe("L: value 21.00, no gradient yet");
  await leave();
});

describe("on a screen", () => {
  const visit = shared(() => site, {});
  let page: Page;
  beforeEach(() => {
    page = visit().page;
  });

  it("stands in one screen at 1366 × 768, and fits small and turned windows", async () => {
    await leaf(page, "w").waitFor();
    await page.setViewportSize({ width: 1366, height: 768 });
    const stage = part(page).locator(".stage");
    await stage.evaluate((element) => scrollTo(0, element.getBoundingClientRect().top + scrollY - 70));
    for (const each of [
      formula(page),
      leaf(page, "w"),
      button(page, "Learn"),
      part(page).getByRole("img", { name: /^error over/ }),
    ]) {
      const { y, height } = (await each.boundingBox()) ?? { y: -1, height: 0 };
      expect([y > 50, y + height < 768]).toEqual([true, true]);
    }
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(await part(page).getByText("number you can drag").isVisible()).toBe(true);
    await page.evaluate('document.documentElement.dir = "rtl"');
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.evaluate('document.documentElement.dir = "ltr"');
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it("is accessible", async () => {
    await isAccessible(page);
  });
});

describe("in the dark, on a phone", () => {
  const visit = shared(() => site, { dark: true, phone: true });
  let page: Page;
  beforeEach(() => {
    page = visit().page;
  });

  it("works on a phone: the graph goes down, a finger drags a number without moving the page, two fingers zoom", async () => {
    const x = leaf(page, "x");
    await x.scrollIntoViewIfNeeded();
    const [from, right, below] = [await middle(page, "x"), await middle(page, "w"), await middle(page, "b")];
    expect([right.x > from.x, Math.round(right.y), below.y > from.y + 100]).toEqual([true, Math.round(from.y), true]);
    const scrolled = await page.evaluate(() => scrollY);
    const { touch, pinch } = await fingersOn(page, from);
    await touch("touchStart");
    for (const by of [5, 15, 25]) await touch("touchMove", by);
    await touch("touchEnd");
    await expect.poll(() => said(page, "x")).toMatch(/^2.00; /);
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);

    const box = page.getByRole("region", { name: "Graph of error" });
    const width = async () => (await box.locator("svg").first().boundingBox())?.width ?? 0;
    const before = await width();
    const at = (await box.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await pinch("touchStart", at, 40);
    for (const apart of [50, 60, 80]) await pinch("touchMove", at, apart);
    await pinch("touchEnd", at);
    await expect.poll(width).toBeGreaterThan(before * 1.7);

    // The sentence of the step and its controls stay in view.
    await button(page, "One step forward").click();
    const bar = part(page).locator(".controls");
    expect(await bar.textContent()).toContain("Start at the end.");
    const { y, height } = (await bar.boundingBox()) ?? { y: 0, height: 0 };
    expect(Math.round(y + height)).toBeLessThanOrEqual(844);
  });

  it("is accessible", async () => {
    await isAccessible(page);
  });
});
