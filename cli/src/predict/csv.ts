// predict --csv and evaluate --csv: a table with a line for each picture, as RFC 4180 has it. It appears whole, when all pictures were tried.
import { existsSync } from "node:fs";
import { checkWritable, readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading } from "../failure.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted } from "../wording.ts";
import type { Found, Output } from "./output.ts";

export interface CsvWanted {
  readonly file: string;
  readonly classes: readonly string[];
  /** The number of likeliest classes in each line; undefined: all, in the order of the model. */
  readonly top: number | undefined;
  /** The number of pictures. */
  readonly count: number;
  /** Whether the true class of each picture is known, and stands in a column "truth". */
  readonly truth?: boolean;
}

/** What a line takes of an answer. */
export interface CsvAnswer extends Pick<Found, "image" | "probabilities" | "order"> {
  readonly truth?: number;
}

const firstColumns = ["file", "class", "probability"];
const maxBytes = 2 ** 31;
/** The least that a probability takes, about: nine digits, a point, a comma. */
const bytesEach = 11;

/** Throws BadInput where the file cannot be written, or is not such a table. */
export async function checkTable(file: string): Promise<void> {
  if (file === "-") throw new BadInput("--csv -: give a file name; --json writes the answers to stdout");
  await reading(() => checkWritable(file));
  if (existsSync(file) && !isTable(await reading(() => readBytes(file))))
    throw new BadInput(
      `--csv ${file}: exists and is not a table of predict, so it is not overwritten; choose another name`,
    );
}

export class CsvTable implements Output {
  readonly #wanted: CsvWanted;
  /** The numbers of the columns between the first ones and the last one, which is "error". */
  readonly #middle: number;
  readonly #lines: Uint8Array[] = [];
  #problems = 0;

  private constructor(wanted: CsvWanted) {
    const { classes, top } = wanted;
    this.#wanted = wanted;
    const numbered = Array.from({ length: top ?? 0 }, (_, k) => [`class_${k + 1}`, `probability_${k + 1}`]);
    const middle = top === undefined ? classes.map((name) => `probability_${name}`) : numbered.flat();
    const truth = wanted.truth ? ["truth"] : [];
    this.#middle = truth.length + middle.length;
    this.#add([...firstColumns, ...truth, ...middle, "error"]);
  }

  /** Throws BadInput where the file cannot be written, is not such a table, or would be too large. */
  static async open(wanted: CsvWanted): Promise<CsvTable> {
    const { file, classes, count } = wanted;
    const top = wanted.top === undefined ? undefined : Math.min(wanted.top, classes.length);
    await checkTable(file);
    if (count * (top ?? classes.length) * bytesEach > maxBytes)
      throw new BadInput(
        `--csv ${file}: the probabilities of ${counted(classes.length, "class", "classes")} for ${counted(count, "picture")} would take more than 2 GB; add --top 5`,
      );
    return new CsvTable({ ...wanted, top });
  }

  async take({ image, probabilities, order, truth }: CsvAnswer): Promise<null> {
    const { classes, top } = this.#wanted;
    const pair = (n: number) => [classes[n], String(probabilities[n])];
    const middle = top === undefined ? Array.from(probabilities, String) : order.slice(0, top).flatMap(pair);
    this.#add([image, ...pair(order[0]), ...(truth === undefined ? [] : [classes[truth]]), ...middle, ""]);
    return null;
  }

  fail(image: string, reason: string): void {
    this.#problems++;
    this.#add([image, "", "", ...new Array<string>(this.#middle).fill(""), reason]);
  }

  async finish(screen: Screen): Promise<string> {
    const { file } = this.#wanted;
    await reading(() => writeWhole(file, Buffer.concat(this.#lines)));
    const lines = this.#lines.length - 1;
    const errors = this.#problems > 0 ? `, ${this.#problems} of them with an error` : "";
    screen.event("csv", { file, lines, errors: this.#problems });
    return `${file} is written: ${counted(lines, "line")}${errors}`;
  }

  endEarly(): string {
    return `${this.#wanted.file} is not written`;
  }

  #add(fields: readonly string[]): void {
    this.#lines.push(Buffer.from(csvLine(fields)));
  }
}

/** The fields as a line. A field with a comma, a quotation mark or a line end stands in quotation marks; those within are doubled. */
export const csvLine = (fields: readonly string[]): string => `${fields.map(quoted).join(",")}\r\n`;

const quoted = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** Whether a file may be replaced by a table: it is empty, or begins as one. */
const isTable = (bytes: Uint8Array) => {
  const start = `${firstColumns.join(",")},`;
  return bytes.length === 0 || new TextDecoder().decode(bytes.subarray(0, start.length)) === start;
};
