// chainrule page: a page that was opened from the file system recognises pictures as predict does, without a network; and the page of chainrule
// serve, which is the same to look at.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { it, type Opened, openChromium } from "../../test/browser/chromium.ts";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { violations } from "../../web/test/accessible.ts";
import { chainrule, events } from "./command.ts";
import { buildPages, startServer, testPicture, writeTestModel } from "./served.ts";

const cwd = temporaryFolder();
/** Names that would break a page, turn its direction, or reach a terminal. */
const classes = [
  '</script><script>document.title="broken"</script>',
  "\u202eleft & \"right'\u0007\u001b[31m",
  "عربي <!-- ",
];
const model = writeTestModel(join(cwd, "odd.safetensors"), classes);
/** Opaque and transparent ones; none is so large that predict reduces it while it decodes it. */
const pictures = [1, 2, 3, 4].map((n) => [`${n}.png`, testPicture(n, 14)] as const);
let predicted: readonly (readonly number[])[];
let best: unknown;

beforeAll(async () => {
  buildPages();
  for (const [name, bytes] of pictures) writeFileSync(join(cwd, name), bytes);
  const told = events(await chainrule(["predict", model, ...pictures.map(([name]) => name), "--json"], { cwd }));
  predicted = told
    .slice(0, -1)
    .map(({ top }) => (top as { probability: number }[]).map(({ probability }) => probability));
  best = told[0].class;
}, 60_000);

describe("the files", () => {
  test("one page, with all in it and names as text", async () => {
    const { code, stdout } = await chainrule(["page", "odd.safetensors", "--title", classes[0]], { cwd });
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^odd\.html is written \(\d\.\d MB\); open odd\.html in a browser, it needs no network\n$/),
    ]);
    const text = readFileSync(join(cwd, "odd.html"), "utf8");
    expect(text.match(/<\/script>/g)).toHaveLength(2);
    expect(text).not.toMatch(/[^\P{Cc}\t\n]/u);
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect(text).toContain("&lt;/script&gt;");
    expect(text).toMatch(/"default-src &#39;none&#39;; img-src blob: data:; base-uri &#39;none&#39;/);
    // An earlier page may be replaced.
    expect((await chainrule(["page", "odd.safetensors"], { cwd })).code).toBe(0);
  });

  test("other files and folders stay, and bad input is refused in a line", async () => {
    writeFileSync(join(cwd, "mine.html"), "<p>my own page</p>");
    mkdirSync(join(cwd, "mine"));
    writeFileSync(join(cwd, "mine", "a.txt"), "a");
    const refusals = [
      [["--out", "mine.html"], /^error: --out mine\.html: exists and is not a page of chainrule, so it is not overwr/],
      [
        ["--out", "mine", "--folder"],
        /^error: --out mine: has files, and no page of chainrule; give another folder\n$/,
      ],
      [["--out", "mine.html", "--folder"], /^error: --out mine\.html: is a file, and --folder needs a folder/],
      [["--out", "no/folder/x.html"], /^error: no\/folder\/x\.html: the folder no\/folder does not exist/],
      [["--out", "mine"], /^error: mine: is a folder, not a file/],
    ] as const;
    for (const [words, expected] of refusals) {
      const { code, stderr } = await chainrule(["page", model, ...words], { cwd });
      expect([code, stderr]).toEqual([2, expect.stringMatching(expected)]);
    }
    const notModel = await chainrule(["page", "1.png"], { cwd });
    expect([notModel.code, notModel.stderr]).toEqual([2, expect.stringMatching(/^error: 1\.png: [^\n]*\n$/)]);
    expect(readFileSync(join(cwd, "mine.html"), "utf8")).toBe("<p>my own page</p>");
    expect([readdirSync(join(cwd, "mine")), existsSync(join(cwd, "1.html"))]).toEqual([["a.txt"], false]);
  });
});

describe("in Chromium", () => {
  let browser: Opened;
  beforeAll(async () => {
    browser = await openChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  /** Opens a page, and keeps what it says and asks for. */
  async function open(url: string): Promise<{ readonly page: Page; readonly noise: readonly string[] }> {
    const page = await browser.newPage();
    const noise: string[] = [];
    page.on("console", (message) => noise.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
    page.on("request", (request) => noise.push(request.url().replace(/^blob:.*/, "blob")));
    await page.goto(url);
    await expect.poll(() => page.locator("#status").textContent()).toBe("");
    return { page, noise };
  }

  /** Drops files onto the page as a person does, and returns the probabilities that it shows, card by card. */
  async function drop(page: Page, files: readonly (readonly [name: string, bytes: Uint8Array])[]): Promise<number[][]> {
    const sent = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")] as const);
    await page.evaluate((all) => {
      const dataTransfer = new DataTransfer();
      for (const [name, base64] of all)
        dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
      const how = { dataTransfer, bubbles: true, cancelable: true };
      document.body.dispatchEvent(new DragEvent("drop", how));
    }, sent);
    await expect.poll(() => page.locator(".card:not([aria-busy])").count()).toBe(files.length);
    return page.evaluate(() =>
      [...document.querySelectorAll(".card")].map((card) =>
        [...card.querySelectorAll("data")].map(({ value }) => Number(value)),
      ),
    );
  }

  function expectPredicted(found: readonly (readonly number[])[]): void {
    expect(found.map(({ length }) => length)).toEqual(predicted.map(({ length }) => length));
    for (const [n, row] of found.entries())
      for (const [k, value] of row.entries()) expect(Math.abs(value - predicted[n][k])).toBeLessThan(1e-5);
  }

  it("a page from the file system recognises pictures that are dropped, as predict does, and asks for nothing", async () => {
    await chainrule(["page", model, "--out", "one.html"], { cwd });
    const url = pathToFileURL(join(cwd, "one.html")).href;
    const { page, noise } = await open(url);
    expectPredicted(await drop(page, pictures));
    expect(await page.locator(".card h2").first().textContent()).toBe(best);
    expect(page.workers()).toHaveLength(1);
    expect([...new Set(noise)]).toEqual([url, "blob"]);
    expect(await page.title()).toBe("odd");
    // A file that is no picture, by the keyboard.
    await page.setInputFiles("#file", join(cwd, "odd.safetensors"));
    await expect.poll(() => page.locator(".failed .problem").textContent()).toMatch(/is no picture that this browser/);
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File(["no picture"], "pasted.png"));
      document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
    });
    await expect
      .poll(() => page.locator("#status").textContent())
      .toMatch(/pasted\.png.*: .* is damaged, or is no pic/);
    await page.click("#camera");
    await expect
      .poll(() => page.locator("#status").textContent())
      .toMatch(/^There is no camera|^The camera may not be/);
    expect(await violations(page, "body")).toEqual([]);
    await page.close();
  });

  it("a page whose net cannot be in a worker computes itself, and a folder of files does the same", async () => {
    await chainrule(["page", model, "--out", "folder", "--folder"], { cwd });
    expect(readdirSync(join(cwd, "folder")).sort()).toEqual(["index.html", "model.js", "page.js", "style.css"]);
    const folder = pathToFileURL(join(cwd, "folder", "index.html")).href;
    const { page, noise } = await open(folder);
    expectPredicted(await drop(page, pictures));
    expect(noise.filter((line) => !/^(file:.*|blob)$/.test(line))).toEqual([]);
    await page.close();
    const other = await browser.newPage();
    await other.addInitScript(() => Reflect.deleteProperty(globalThis, "Worker"));
    await other.goto(folder);
    await expect.poll(() => other.locator("#status").textContent()).toBe("");
    expectPredicted(await drop(other, pictures));
    expect(other.workers()).toEqual([]);
    await other.close();
  });

  it("the page of the server sends pictures to it, and nothing else", async () => {
    const running = await startServer(model, ["--host", "0.0.0.0"]);
    try {
      const url = `http://127.0.0.1:${running.port}/`;
      const { page, noise } = await open(url);
      expectPredicted(await drop(page, pictures));
      expect([...new Set(noise)].sort()).toEqual(["blob", url, `${url}predict`]);
      await page.close();
    } finally {
      running.process.kill("SIGINT");
      const { code, stderr } = await running.ended;
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^everyone on the network can send pictures to this/)]);
    }
  });
});
