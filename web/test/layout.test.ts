// The check of the layout finds what it is for, and nothing in a page that is fine.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it, type Opened, openChromium } from "../../test/browser/chromium.ts";
import { layoutFaults } from "./layout.ts";

let browser: Opened;
let page: Page;
beforeAll(async () => {
  browser = await openChromium();
  page = await browser.newPage({ viewport: { width: 400, height: 400 } });
});
afterAll(() => browser.close());

const faultsOf = async (html: string): Promise<readonly string[]> => {
  await page.setContent(`<body style="margin: 0">${html}</body>`);
  return layoutFaults(page, "body");
};

it("passes a page that is fine", async () => {
  expect(
    await faultsOf(`<p>A text with <a href="#x">a link</a>.</p><button style="min-height: 24px">Train</button>
      <div style="overflow: auto; width: 50px; height: 30px"><span style="white-space: nowrap">this text scrolls</span></div>
      <span style="opacity: 0; position: absolute; top: 0">unseen</span>`),
  ).toEqual([]);
});

it.each([
  ["a page wider than the window", `<div style="width: 500px">wide</div>`, /500 pixels wide/],
  [
    "a text that is cut off",
    `<div style="overflow: hidden; width: 40px; white-space: nowrap">a long text in a small box</div>`,
    /cut off: "a long text/,
  ],
  [
    "texts that overlap",
    `<div style="position: relative; height: 40px"><span style="position: absolute; top: 5px">first words</span>
     <span style="position: absolute; top: 8px; left: 20px">second words</span></div>`,
    /"first words" lies over "second words"/,
  ],
  ["a control too small for a finger", `<button style="width: 18px; height: 18px; padding: 0">+</button>`, /18 × 18/],
])("finds %s", async (_, html, fault) => {
  expect((await faultsOf(html)).join("\n")).toMatch(fault);
});
