// Reads einsum's equations: "ij,jk->ik" names the dims of each operand and of the result. Dims that "..." stands for get numbers, counted from
// the last one, so that they broadcast as NumPy's do.
import { ChainruleError } from "../../errors/error.ts";
import { shown } from "../arguments.ts";
import { describe } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";

/** The name of a dim: a letter, or "0", "1", ... for those of "...". */
export type Label = string;

export interface Equation {
  /** The labels of each operand's dims. */
  readonly operands: readonly (readonly Label[])[];
  readonly result: readonly Label[];
  /** The size of each label: where operands differ, one of them has 1, which broadcasts. */
  readonly sizes: ReadonlyMap<Label, number>;
}

const wrong = (equation: string, reason: string): ChainruleError =>
  new ChainruleError("option", "einsum", `"${equation}": ${reason}`);

/** The labels of a term, in which "..." stands for `hidden` dims. */
function labelsOf(equation: string, term: string, hidden: number): Label[] {
  const parts = term.split("...");
  if (parts.length > 2) throw wrong(equation, `"${term}" has "..." twice`);
  const letters = parts.map((part) => [...part]);
  const strange = letters.flat().find((letter) => !/^[A-Za-z]$/.test(letter));
  if (strange !== undefined) throw wrong(equation, `dims are letters, not "${strange}"`);
  if (parts.length === 1) return letters[0];
  const dots = Array.from({ length: hidden }, (_, i) => String(hidden - 1 - i));
  return [...letters[0], ...dots, ...letters[1]];
}

/** Without "->" the result has the labels that occur once, in their alphabetical order, after those of "...". */
function implied(operands: readonly (readonly Label[])[]): Label[] {
  const all = operands.flat();
  const isLetter = (label: Label) => /^[A-Za-z]$/.test(label);
  const dots = [...new Set(all.filter((label) => !isLetter(label)))].sort((a, b) => Number(b) - Number(a));
  const once = all.filter((label) => isLetter(label) && all.indexOf(label) === all.lastIndexOf(label));
  return [...dots, ...once.sort((a, b) => (a < b ? -1 : 1))];
}

export function readEquation(equation: string, tensors: readonly Tensor[]): Equation {
  if (typeof equation !== "string")
    throw new ChainruleError("type", "einsum", `the equation is a text such as "ij,jk->ik", not ${shown(equation)}`);
  const [left, right, ...surplus] = equation.replaceAll(" ", "").split("->");
  if (surplus.length > 0) throw wrong(equation, '"->" occurs twice');
  const terms = left.split(",");
  if (terms.length !== tensors.length)
    throw wrong(equation, `it names ${terms.length} operands, ${tensors.length} are given`);
  const operands = terms.map((term, i) => {
    const hidden = tensors[i].ndim - term.replace("...", "").length;
    const labels = labelsOf(equation, term, Math.max(hidden, 0));
    if (labels.length !== tensors[i].ndim)
      throw wrong(equation, `"${term}" does not name the dims of ${describe(tensors[i])}`);
    return labels;
  });
  const sizes = sizesOf(equation, operands, tensors);
  const hidden = [...sizes.keys()].filter((label) => /^\d/.test(label)).length;
  const result = right === undefined ? implied(operands) : labelsOf(equation, right, hidden);
  for (const label of result) {
    if (!sizes.has(label)) throw wrong(equation, `no operand has the dim "${label}" of the result`);
    if (result.indexOf(label) !== result.lastIndexOf(label)) throw wrong(equation, `the result has "${label}" twice`);
  }
  return { operands, result, sizes };
}

function sizesOf(
  equation: string,
  operands: readonly (readonly Label[])[],
  tensors: readonly Tensor[],
): Map<Label, number> {
  const sizes = new Map<Label, number>();
  operands.forEach((labels, i) => {
    labels.forEach((label, dim) => {
      const [size, known = 1] = [tensors[i].shape[dim], sizes.get(label)];
      if (known !== 1 && size !== 1 && known !== size)
        throw new ChainruleError("shape", "einsum", `"${equation}": the dim "${label}" is ${known} and ${size}`);
      sizes.set(label, known === 1 ? size : known);
    });
  });
  return sizes;
}
