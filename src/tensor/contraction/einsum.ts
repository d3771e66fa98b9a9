// einsum, as matrix products. Two operands at a time are contracted: their common dims are summed by one matmul, of matrices whose rows are
// the dims of the first alone, and whose columns those of the second. Which two come first is chosen by the number of products.
//
// "bij,bjk,k->bi": the second and third cost b·j·k products and leave "bj"; with the first, "bij,bj->bi" costs b·i·j more. The first and
// second together would cost b·i·j·k.
import { checkTensors } from "../arguments.ts";
import { promote } from "../dtype.ts";
import { diagonal } from "../layout/diagonals.ts";
import { inRegion } from "../region.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { type Equation, type Label, readEquation } from "./equation.ts";

/** A tensor whose dims have these labels, each once. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly Label[];
}

/** Takes diagonals of labels that occur twice, and drops dims of size 1 that broadcast. */
function simplified(x: Tensor, labels: readonly Label[], sizes: Equation["sizes"]): Labelled {
  const twice = labels.findIndex((label, dim) => labels.indexOf(label) !== dim);
  if (twice !== -1) {
    const first = labels.indexOf(labels[twice]);
    const others = labels.filter((_, dim) => dim !== first && dim !== twice);
    return simplified(diagonal(x, 0, first, twice), [...others, labels[twice]], sizes);
  }
  const kept = labels.flatMap((label, dim) => (x.shape[dim] === 1 && sizes.get(label) !== 1 ? [] : [dim]));
  if (kept.length === labels.length) return { x, labels };
  return { x: x.reshape(kept.map((dim) => x.shape[dim])), labels: kept.map((dim) => labels[dim]) };
}

/** The sum over all labels that are not kept. */
function summed({ x, labels }: Labelled, isKept: (label: Label) => boolean): Labelled {
  const dims = labels.flatMap((label, dim) => (isKept(label) ? [] : [dim]));
  return dims.length === 0 ? { x, labels } : { x: x.sum(dims).to(x.dtype), labels: labels.filter(isKept) };
}

/** The tensor with its dims in this order; labels that it lacks have size 1. */
function arranged({ x, labels }: Labelled, order: readonly Label[]): Tensor {
  const own = order.filter((label) => labels.includes(label));
  const places = own.map((label) => labels.indexOf(label));
  const isInOrder = places.every((place, i) => place === i);
  const permuted = isInOrder ? x : x.permute(places);
  if (own.length === order.length) return permuted;
  return permuted.reshape(order.map((label) => (labels.includes(label) ? x.shape[labels.indexOf(label)] : 1)));
}

/** The product of two operands, summed over the labels that neither the result nor another operand has. */
function contracted(a: Labelled, b: Labelled, isKept: (label: Label) => boolean, sizes: Equation["sizes"]): Labelled {
  const left = summed(a, (label) => isKept(label) || b.labels.includes(label));
  const right = summed(b, (label) => isKept(label) || a.labels.includes(label));
  const common = left.labels.filter((label) => right.labels.includes(label));
  const batch = common.filter(isKept);
  const inner = common.filter((label) => !isKept(label));
  const rows = left.labels.filter((label) => !common.includes(label));
  const columns = right.labels.filter((label) => !common.includes(label));
  const labels = [...batch, ...rows, ...columns];
  if (inner.length === 0) return { x: arranged(left, labels).mul(arranged(right, labels)), labels };
  const count = (group: readonly Label[]) => group.map((label) => sizes.get(label) ?? 1);
  const [m, k, n] = [rows, inner, columns].map((group) => sizeOf(count(group)));
  const first = arranged(left, [...batch, ...rows, ...inner]).reshape([...count(batch), m, k]);
  const second = arranged(right, [...batch, ...inner, ...columns]).reshape([...count(batch), k, n]);
  return { x: first.matmul(second).reshape(count(labels)), labels };
}

/** The places of the two operands whose product has the fewest terms. */
function cheapest(operands: readonly Labelled[], sizes: Equation["sizes"]): [number, number] {
  let [best, least] = [[0, 1] as [number, number], Infinity];
  for (let i = 0; i < operands.length; i++) {
    for (let j = i + 1; j < operands.length; j++) {
      const labels = new Set([...operands[i].labels, ...operands[j].labels]);
      const terms = sizeOf([...labels].map((label) => sizes.get(label) ?? 1));
      if (terms < least) [best, least] = [[i, j], terms];
    }
  }
  return best;
}

/**
 * Sums products of the operands as an equation says: "ij,jk->ik" is the matrix product, "bij,bjk->bik" one of batches, "ii->i" the diagonal,
 * "i,j->ij" the outer product. Dims that the result lacks are summed. "..." stands for any dims, which broadcast; without "->" the result has
 * the letters that occur once, in alphabetical order.
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  checkTensors("einsum", "operands", operands);
  return within("einsum", () => {
    const { operands: terms, result, sizes } = readEquation(equation, operands);
    const dtype = operands.map((x) => x.dtype).reduce(promote);
    return inRegion("einsum", { equation }, () => {
      let left = operands.map((x, i) => simplified(x.to(dtype), terms[i], sizes));
      while (left.length > 1) {
        const [i, j] = cheapest(left, sizes);
        const others = left.filter((_, place) => place !== i && place !== j);
        const isKept = (label: Label) => result.includes(label) || others.some(({ labels }) => labels.includes(label));
        left = [...others, contracted(left[i], left[j], isKept, sizes)];
      }
      const last = summed(left[0], (label) => result.includes(label));
      return arranged(last, result);
    });
  });
}
