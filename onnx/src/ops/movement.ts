// Movement ops as ONNX nodes.
import { allFixed, type Call, dtypeOf, fixed } from "../lowering.ts";
import { plus, type Size, sameSize, times } from "../size.ts";
import type { Value, Writer } from "../writer.ts";
import { scattered } from "./indexing.ts";

/** The exclusive end of a slice that runs backwards to the first element of a dim of any size. */
const beforeFirst = -(2 ** 31);

function sliced(
  writer: Writer,
  x: Value,
  shape: readonly Size[],
  dims: readonly { readonly dim: number; readonly start: Size; readonly end: Size; readonly step: number }[],
): Value {
  if (dims.length === 0) return x;
  const list = (of: (dim: (typeof dims)[number]) => Size) => writer.sizes(dims.map(of));
  const places = [list(({ start }) => start), list(({ end }) => end), list(({ dim }) => dim), list(({ step }) => step)];
  return writer.node("Slice", [x, ...places], x.type, shape);
}

interface Width {
  readonly before: Size;
  readonly after: Size;
  readonly between: Size;
}

/** x padded with a value: before, after and between its elements in each dim. Negative widths before and after crop. */
export function padded(
  writer: Writer,
  x: Value,
  widths: readonly Width[],
  value: number,
  fix: (n: Size) => number,
): Value {
  let y = x;
  widths.forEach(({ between }, dim) => {
    const gap = fix(between);
    if (gap === 0 || y.shape[dim] === 1) return;
    // [.., n, ..] -> [.., n, 1, ..] -> [.., n, 1 + gap, ..] -> [.., n · (1 + gap), ..], and the last gap is cut off.
    const spaced = [...y.shape.slice(0, dim + 1), gap + 1, ...y.shape.slice(dim + 1)];
    const apart = writer.reshape(y, spaced.toSpliced(dim + 1, 1, 1));
    const pads = spaced.map((_, d) => ({ before: 0, after: d === dim + 1 ? gap : 0 }));
    const spreadSize = times(y.shape[dim], gap + 1);
    const joined = writer.reshape(surrounded(writer, apart, pads, value), y.shape.toSpliced(dim, 1, spreadSize));
    const end = plus(spreadSize, -gap);
    y = sliced(writer, joined, y.shape.toSpliced(dim, 1, end), [{ dim, start: 0, end, step: 1 }]);
  });
  return surrounded(writer, y, widths, value);
}

function surrounded(
  writer: Writer,
  x: Value,
  widths: readonly { readonly before: Size; readonly after: Size }[],
  value: number,
): Value {
  if (widths.every(({ before, after }) => before === 0 && after === 0)) return x;
  const pads = writer.sizes([...widths.map(({ before }) => before), ...widths.map(({ after }) => after)]);
  const shape = x.shape.map((n, dim) => plus(plus(n, widths[dim].before), widths[dim].after));
  return writer.node("Pad", [x, pads, writer.scalar(dtypeOf(x), value)], x.type, shape);
}

export const movements = {
  reshape(call: Call<"reshape">, writer: Writer): Value {
    // A single number broadcasts to any shape.
    if (call.inputs[0].shape.length === 0) return call.inputs[0];
    return writer.reshape(call.whole(0), call.shape);
  },

  permute({ node, inputs: [x], attributes, ...call }: Call<"permute">, writer: Writer): Value {
    const dims = allFixed({ node }, attributes.dims);
    if (x.shape.length === 0 || dims.every((dim, i) => dim === i)) return x;
    const whole = x.shape.length === dims.length ? x : call.whole(0);
    return writer.node(
      "Transpose",
      [whole],
      x.type,
      dims.map((dim) => whole.shape[dim]),
      { perm: dims },
    );
  },

  // Not written: the op that reads the result broadcasts.
  expand: ({ inputs: [x] }: Call<"expand">): Value => x,

  slice(call: Call<"slice">, writer: Writer): Value {
    const { starts, sizes, steps } = call.attributes;
    if (call.inputs[0].shape.length === 0) return call.inputs[0];
    const x = call.whole(0);
    const dims = x.shape.flatMap((n, dim) => {
      if (sameSize(n, sizes[dim])) return [];
      const step = fixed(call, steps[dim]);
      // start + (size - 1) · step + 1, one after the last element.
      const end = sizes[dim] === 0 ? starts[dim] : plus(plus(starts[dim], times(plus(sizes[dim], -1), step)), 1);
      return [{ dim, start: starts[dim], end, step }];
    });
    return sliced(writer, x, call.shape, dims);
  },

  flip(call: Call<"flip">, writer: Writer): Value {
    const dims = allFixed(call, call.attributes.dims);
    return sliced(
      writer,
      call.whole(0),
      call.shape,
      dims.map((dim) => ({ dim, start: -1, end: beforeFirst, step: -1 })),
    );
  },

  // Gather with indices [windows, size] puts both dims where the dim was; a transpose moves `size` to the end.
  unfold(call: Call<"unfold">, writer: Writer): Value {
    const { attributes, shape } = call;
    const [dim, step] = [fixed(call, attributes.dim), fixed(call, attributes.step)];
    const [windows, size] = [fixed(call, shape[dim]), fixed(call, shape[shape.length - 1])];
    const places = Array.from({ length: windows * size }, (_, i) => Math.floor(i / size) * step + (i % size));
    const x = call.whole(0);
    const gatheredShape = [...x.shape.slice(0, dim), windows, size, ...x.shape.slice(dim + 1)];
    const gathered = writer.node(
      "Gather",
      [x, writer.constant("int32", [windows, size], places)],
      x.type,
      gatheredShape,
      {
        axis: dim,
      },
    );
    if (dim === x.shape.length - 1) return gathered;
    const perm = gatheredShape.map((_, d) => d).toSpliced(dim + 1, 1);
    return writer.node("Transpose", [gathered], x.type, shape, { perm: [...perm, dim + 1] });
  },

  // The windows are concatenated, [.., windows · size, ..], and each element is added at its index.
  fold(call: Call<"fold">, writer: Writer): Value {
    const x = call.whole(0);
    const [dim, step] = [fixed(call, call.attributes.dim), fixed(call, call.attributes.step)];
    const last = x.shape.length - 1;
    const [windows, size] = [fixed(call, x.shape[dim]), fixed(call, x.shape[last])];
    const perm = x.shape.flatMap((_, d) => (d === last ? [] : d === dim ? [d, last] : [d]));
    const transposed = writer.node(
      "Transpose",
      [x],
      x.type,
      perm.map((d) => x.shape[d]),
      { perm },
    );
    const flat = writer.reshape(transposed, x.shape.slice(0, -1).toSpliced(dim, 1, windows * size));
    const places = Array.from({ length: windows * size }, (_, i) => Math.floor(i / size) * step + (i % size));
    const line = flat.shape.map((_, d) => (d === dim ? windows * size : 1));
    const index = writer.whole(writer.constant("int32", line, places), flat.shape);
    return scattered(writer, flat, index, dim, call.shape);
  },

  pad(call: Call<"pad">, writer: Writer): Value {
    const { widths, value } = call.attributes;
    return padded(writer, call.whole(0), widths, fixed(call, value), (n) => fixed(call, n));
  },

  concat(call: Call<"concat">, writer: Writer): Value {
    const inputs = call.inputs.map((_, i) => call.whole(i));
    if (inputs.length === 1) return inputs[0];
    return writer.node("Concat", inputs, inputs[0].type, call.shape, { axis: fixed(call, call.attributes.dim) });
  },
};
