// The program of a part: it prints the same in the page and in Node, where its text runs as it stands; it can be changed, fails with the
// line, can be stopped, and reaches no other site.
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { optimiseLater } from "../../../scripts/optimise-later.js";
import { it } from "../../../test/browser/chromium.ts";
import { violations } from "../accessible.ts";
import { Site } from "../site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

/** What Node prints for the program. */
function inNode(text: string): Promise<string> {
  const node = spawn(process.execPath, [...optimiseLater, "--input-type=module", "-"], {
    cwd: resolve(import.meta.dirname, "../../.."),
  });
  let printed = "";
  for (const stream of [node.stdout, node.stderr]) stream.on("data", (chunk: Buffer) => (printed += chunk));
  node.stdin.end(text);
  return new Promise((done) => node.on("close", () => done(printed.trimEnd())));
}

const button = (part: Locator, name: string) => part.getByRole("button", { name, exact: true });
const status = (part: Locator) => part.locator(".program [role=status]");
/** All that the output shows, its messages too. */
const output = async (part: Locator) => (await part.getByRole("log").locator("pre, p").allTextContents()).join("\n");
const printed = (part: Locator) => part.getByRole("log").locator("pre").allTextContents();

async function opened(page: Page, id: string): Promise<Locator> {
  const part = page.locator(`#${id}`);
  await button(part, "Show the code").click();
  await button(part, "Run").waitFor();
  return part;
}

/** The program's text, as the button "Copy" gives it. */
async function copied(page: Page, part: Locator): Promise<string> {
  await page.evaluate(() => {
    navigator.clipboard.writeText = async (text) => {
      document.body.dataset.copied = text;
    };
  });
  await button(part, "Copy").click();
  await expect.poll(() => status(part).textContent()).toMatch("Copied.");
  return (await page.locator("body").getAttribute("data-copied")) ?? "";
}

async function type(page: Page, part: Locator, text: string): Promise<void> {
  await part.getByRole("textbox", { name: "Program" }).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

// The programs of the net, the race and the images run in Node (programs.test.ts, images/program.test.ts), and that of the visitor's classes,
// which fetches a net, in the page (classes/classes.test.ts).
it("prints in the page what it prints in Node, digit for digit, and lets the keyboard in and out of its editor", async () => {
  const { page, leave } = await site.visit({ at: "neuron" });
  const part = await opened(page, "neuron");
  const text = await copied(page, part);
  const inPage = button(part, "Run").click();
  const told = await inNode(text);
  await inPage;
  expect(told).not.toBe("");
  await expect.poll(async () => (await printed(part)).join("\n")).toBe(told);

  // Tab leaves the editor, and Escape before it changes nothing.
  const editor = part.getByRole("textbox", { name: "Program" });
  for (const keys of [["Tab"], ["Escape", "Tab"], ["Shift+Tab"]]) {
    await editor.focus();
    for (const key of keys) await page.keyboard.press(key);
    expect(await editor.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element)).toBe(
      false,
    );
  }
  await leave();
});

it("runs what the visitor writes: output, errors with their line, Stop, and no request to another site", async () => {
  const { page, leave } = await site.visit({ at: "neuron" });
  const part = await opened(page, "neuron");
  const answer = async (text: string): Promise<string> => {
    await type(page, part, text);
    await page.keyboard.press("Control+Enter");
    await expect.poll(async () => `${await status(part).textContent()}${await output(part)}`).toMatch(/Ended|Line \d/);
    return output(part);
  };
  expect(await answer(`import { MLP } from "chainrule/scalar";\nconsole.log(new MLP(2, [1]).constructor.name);`)).toBe(
    "MLP",
  );
  expect(await answer(`setTimeout(() => console.log("late"), 50);\nconsole.log([1.5], "now");`)).toMatch(
    /\[ 1\.5 \] now\s+late/,
  );
  expect(await answer(`let a;\nlet b = = 1;`)).toBe("Line 2: Unexpected token");
  expect(await answer(`\nimport x from "lodash";`)).toMatch(
    /^Line 2: "lodash" cannot be imported here.*chainrule\/scalar/,
  );
  expect(await answer(`console.log(1);\n\nnull.x;`)).toMatch(/^1\s+Line 3: TypeError/);
  expect(await answer(`import { tensor } from "chainrule";\ntensor([1, 2]).matmul(tensor([[1]]));`)).toMatch(
    /^Line 2: ChainruleError: matmul/,
  );
  expect(await answer(`await fetch("https://example.com/");`)).toMatch(
    /^Line 1: TypeError: fetch: a program in this page/,
  );
  expect(await answer(`for (let i = 0; i < 20_000; i++) console.log(i);`)).toMatch(
    /499\s+… 19,400 outputs are not shown here …\s+19900/,
  );

  await type(page, part, `console.log("on and on");\nfor (;;);`);
  await button(part, "Run").click();
  await expect.poll(() => printed(part)).toEqual(["on and on"]);
  await button(part, "Stop").click();
  expect(await status(part).textContent()).toMatch(/^Stopped after/);
  // Its worker belonged to a frame, which is gone.
  expect(page.frames().length).toBe(1);
  await expect.poll(() => page.workers().filter((worker) => worker.url().startsWith("blob:")).length).toBe(0);
  expect(await violations(page, "#neuron .program")).toEqual([]);

  // The text survives a reload; the widget's program can be had again, and that can be taken back.
  await button(part, "Hide the code").click();
  await opened(page, "neuron");
  await expect.poll(() => part.getByRole("textbox", { name: "Program" }).textContent()).toContain("on and on");
  await page.reload();
  await opened(page, "neuron");
  await expect.poll(() => part.getByRole("textbox", { name: "Program" }).textContent()).toContain("on and on");
  await button(part, "Reset to the widget's program").click();
  expect(await copied(page, part)).toMatch(/^import \{ Value \}/);
  await page.getByRole("button", { name: "Undo" }).last().click();
  expect(await copied(page, part)).toMatch(/^console.log\("on and on"\)/);
  await leave();
}, 120_000);
