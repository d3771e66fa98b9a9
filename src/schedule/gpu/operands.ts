// The operands of a dispatch while its loop program is written: one memory for each buffer, scratch memory and table that it touches.
import type { Buffer } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import { add, constant, store, variable } from "../../loops/build.ts";
import type { Element, Memory, Variable } from "../../loops/program.ts";
import type { Failures } from "../body/points.ts";
import { type FailureSite, failureWords, gpuElements, type Operand, type Source } from "./dispatch.ts";

/** The number of a site where data decides an index. */
export type SiteNumber = (call: FailureSite["call"], size: number) => number;

export class Operands {
  readonly #all: { readonly source: Source; readonly memory: Memory; written: boolean }[] = [];
  readonly #site: SiteNumber;
  /** The table of failures is an operand of programs that report, so nothing stands for its address. */
  readonly #table: Variable = variable("table");

  constructor(site: SiteNumber) {
    this.#site = site;
  }

  get memories(): Memory[] {
    return this.#all.map(({ memory }) => memory);
  }

  get operands(): Operand[] {
    return this.#all.map(({ source, written }) => ({ source, access: written ? "readWrite" : "read" }));
  }

  /** The memory of a buffer; a buffer that is written anywhere in the program has to be asked for as such once. */
  buffer(buffer: Buffer, use: "read" | "write" = "read"): Memory {
    if (buffer.dtype === "float64") throw internal(`${buffer.name} is float64 on a GPU`);
    const isOwn = (source: Source) => source.kind === "buffer" && source.buffer === buffer;
    return this.#memory(
      isOwn,
      { kind: "buffer", buffer },
      { name: buffer.name, element: gpuElements[buffer.dtype] },
      use,
    );
  }

  /** Scratch memory of the kernel; one dispatch has it with one element. */
  scratch(index: number, element: Element, use: "read" | "write"): Memory {
    const isOwn = (source: Source) => source.kind === "scratch" && source.index === index;
    return this.#memory(isOwn, { kind: "scratch", index }, { name: `scratch${index}`, element }, use);
  }

  get failures(): Failures {
    return {
      table: this.#table,
      site: this.#site,
      report: (site, index) => {
        const isOwn = (source: Source) => source.kind === "failures";
        const memory = this.#memory(isOwn, { kind: "failures" }, { name: "failures", element: "i32" }, "write");
        const at = constant("i32", failureWords * site);
        return [store(memory, at, 1), store(memory, add(at, 1), index)];
      },
    };
  }

  #memory(isOwn: (source: Source) => boolean, source: Source, memory: Memory, use: "read" | "write"): Memory {
    const known = this.#all.find((one) => isOwn(one.source));
    if (known) {
      known.written ||= use === "write";
      return known.memory;
    }
    this.#all.push({ source, memory, written: use === "write" });
    return memory;
  }
}
