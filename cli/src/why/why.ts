// predict --why: draws for each picture where the net looked for its answer, beside the picture or into a folder, as NAME.why.png. Only
// drawings of earlier runs are replaced. Folders that are read again pass over files of this name.
import { existsSync, statSync } from "node:fs";
import { dirname, join, parse, resolve } from "node:path";
import { tensor } from "chainrule";
import { readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading } from "../failure.ts";
import type { Model } from "../model-file.ts";
import type { Found, Output } from "../predict/output.ts";
import { safeName } from "../predict/safe-name.ts";
import { checkFolder, makeTarget } from "../predict/target-folder.ts";
import { coloursOf } from "../terminal/colours.ts";
import { drawPicture } from "../terminal/drawing.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted, percent, thousands } from "../wording.ts";
import type { Planes } from "./heat.ts";
import { type Look, lookFor } from "./looking.ts";
import { panelsOf } from "./panels.ts";
import { isDrawing, pngOf } from "./png.ts";

export interface WhyWanted {
  /** The folder for the drawings; true: each beside its picture. */
  readonly into: string | true;
  /** The number of likeliest classes to draw. */
  readonly top: number;
  readonly model: Model;
  /** The model's file. */
  readonly file: string;
  /** The pictures that are asked about, which are never overwritten. */
  readonly images: readonly string[];
  readonly screen: Screen;
}

/** A drawing of more panels is too wide to be looked at. */
const maxPanels = 12;
const ending = ".why.png";

export class Why implements Output {
  readonly #wanted: WhyWanted;
  readonly #look: Look;
  readonly #inputs: ReadonlySet<string>;
  /** The drawings of this run, and what they are of: with --watch a picture may be drawn again. */
  readonly #files = new Map<string, string>();
  #replaced = 0;
  /** The number of drawings without heat for the likeliest class. */
  #cold = 0;

  private constructor(wanted: WhyWanted, look: Look) {
    this.#wanted = wanted;
    this.#look = look;
    this.#inputs = new Set(wanted.images.map((image) => resolve(image)));
  }

  /** Throws BadInput where the drawings cannot be written, or the net does not tell places apart. */
  static async open(wanted: WhyWanted): Promise<Why> {
    const { into, file, model } = wanted;
    if (into !== true) {
      if (existsSync(into) && !statSync(into).isDirectory())
        throw new BadInput(
          `--why ${into}: is a file, and --why takes a folder; for drawings beside the pictures write --why behind them`,
        );
      await checkFolder("--why", into);
    }
    const top = Math.min(wanted.top, model.description.classes.length);
    if (top > maxPanels)
      throw new BadInput(
        `--top ${top}: --why draws a panel for each class, ${maxPanels} at most; give --top ${maxPanels}`,
      );
    return new Why({ ...wanted, top }, await lookFor(file, model, top));
  }

  async take({ image, inFolder, bytes, probabilities, order }: Found): Promise<string | null> {
    const { model, screen, top } = this.#wanted;
    const { classes } = model.description;
    const chosen = order.slice(0, top);
    const maps = await this.#look(bytes, chosen);
    let panels: Planes[];
    try {
      panels = await reading(() => panelsOf({ image, bytes }, maps, model.description), image);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      return error.message;
    }
    const file = await this.#write(image, pngOf(panels));
    const shown = chosen.map((n) => ({ class: classes[n], probability: probabilities[n] }));
    const isCold = maps.map(({ data }) => Array.from(data).every((heat) => heat === 0));
    if (isCold[0]) this.#cold++;
    screen.event("why", { image, file, classes: shown });
    if (inFolder) return null;
    const names = shown.map(({ class: name, probability }, k) => {
      // A map without heat looks like a fault.
      const nowhere = isCold[k] ? ", which no place speaks for" : "";
      return `${name} (${percent(probability)}${nowhere})`;
    });
    screen.say(`  where it looked: ${file} shows the picture, then ${names.join(", ")}`);
    this.#draw(panels[1]);
    return null;
  }

  /** Writes the drawing, and returns its path. */
  async #write(image: string, png: Uint8Array): Promise<string> {
    const { into } = this.#wanted;
    const folder = into === true ? dirname(image) : into;
    const name = into === true ? parse(image).name : safeName(parse(image).name);
    makeTarget(folder);
    for (let k = 1; ; k++) {
      const file = join(folder, `${name}${k > 1 ? `-${k}` : ""}${ending}`);
      const before = this.#files.get(file);
      if ((before !== undefined && before !== image) || this.#inputs.has(resolve(file))) continue;
      const isThere = existsSync(file);
      if (isThere && !(await isOwn(file))) continue;
      await reading(() => writeWhole(file, png));
      this.#files.set(file, image);
      if (isThere && before === undefined) this.#replaced++;
      return file;
    }
  }

  /** Draws the heat in the terminal, where it has colours. */
  #draw({ width, height, data }: Planes): void {
    const { screen } = this.#wanted;
    const colours = coloursOf(screen.words);
    if (colours === "none") return;
    const images = tensor(data, { shape: [1, 3, height, width] });
    screen.draw(drawPicture({ images, labels: tensor(new Int32Array(1)), classes: [""] }, 0, colours));
  }

  fail(): void {}

  async finish(): Promise<string> {
    return this.#summary();
  }

  endEarly(): string {
    return `so far ${this.#summary()}`;
  }

  /** "3 drawings of where the net looked are in why; 2 of them replaced earlier ones" */
  #summary(): string {
    const { into } = this.#wanted;
    const count = this.#files.size;
    if (count === 0) return "no drawing of where the net looked was written";
    const are = `${counted(count, "drawing")} of where the net looked ${count === 1 ? "is" : "are"}`;
    const where = into === true ? `beside the pictures, as NAME${ending}` : `in ${into}`;
    const before = this.#replaced > 0 ? `; ${thousands(this.#replaced)} replaced earlier ones` : "";
    const cold = this.#cold > 0 ? `; ${thousands(this.#cold)} without heat, where no place speaks for the answer` : "";
    return `${are} ${where}${before}${cold}`;
  }
}

/** Whether a file may be replaced: it is a drawing of an earlier run. */
async function isOwn(file: string): Promise<boolean> {
  if (!statSync(file).isFile()) return false;
  return readBytes(file).then(isDrawing, () => false);
}
