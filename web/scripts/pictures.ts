// Makes the pictures of the page that are no SVG: the icons from icon.svg, and the picture that a link to the page has in messages, which
// is the page's own opening. Writes web/public/*.png.
//
//   npm run build:demo && npx tsx web/scripts/pictures.ts
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { startChromium } from "../../test/browser/chromium.ts";
import { serve } from "../../test/browser/serve.ts";

const folder = resolve(import.meta.dirname, "../public");
const icon = readFileSync(resolve(folder, "icon.svg"), "utf8");

interface Icon {
  readonly name: string;
  readonly side: number;
  /** Whether the ground fills the square, as systems want that cut icons to their own shape; the sign is then smaller. */
  readonly full?: boolean;
}
const icons: readonly Icon[] = [
  { name: "icon-192.png", side: 192 },
  { name: "icon-512.png", side: 512 },
  { name: "icon-180.png", side: 180, full: true },
  { name: "icon-maskable-512.png", side: 512, full: true },
];

/** The sign on a ground without round corners, within the middle four fifths that every shape shows. */
const filled = (svg: string) =>
  svg.replace(' rx="7"', "").replace("<g ", '<g transform="translate(3.2 3.2) scale(0.8)" ');

const browser = await startChromium();
for (const { name, side, full = false } of icons) {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  await page.setContent(`<body style="margin:0">${full ? filled(icon) : icon}</body>`);
  await page.locator("svg").evaluate((svg, size) => svg.setAttribute("style", `display:block;width:${size}px`), side);
  writeFileSync(resolve(folder, name), await page.screenshot({ omitBackground: true }));
  await page.close();
}

const server = await serve({ "/": resolve(import.meta.dirname, "../dist") });
const page = await browser.newPage({ viewport: { width: 1200, height: 630 }, colorScheme: "light" });
await page.goto(`${server.origin}/index.html?present`);
await page.getByTestId("hero-verdict").filter({ hasText: "3" }).waitFor();
await page.locator(".presenter").evaluate((element) => element.remove());
writeFileSync(resolve(folder, "social.png"), await page.screenshot());
await browser.close();
await server.close();
