// Views, compared with a simple model of them: the list of positions that they read.
import { expect, it } from "vitest";
import {
  compose,
  grouped,
  inverse,
  isWhole,
  joined,
  marksOf,
  mergeMarks,
  sizesBetween,
  stridesAlong,
  type View,
  whole,
} from "../../src/compiler/view.ts";
import { Draw, firstSeed } from "../tensor/draw.ts";

/** The position of each element of a view. */
function placesOf({ offset, dims }: View): number[] {
  let places = [offset];
  for (const { size, stride } of dims)
    places = places.flatMap((place) => Array.from({ length: size }, (_, i) => place + i * stride));
  return places;
}

const sizeOf = ({ dims }: View): number => dims.reduce((n, { size }) => n * size, 1);

/** A random view of a buffer of `size` elements; most of them are what a few movement ops would make. */
function viewOf(draw: Draw, elements: number): View {
  for (;;) {
    const rank = draw.whole(0, 4);
    const dims = Array.from({ length: rank }, () => ({
      size: draw.whole(1, 4),
      stride: draw.pick([0, 1, 1, 2, 3, 4, 6, 12, -1, -2, -4]),
    }));
    const view = { offset: draw.whole(0, Math.max(elements - 1, 0)), dims };
    if (placesOf(view).every((place) => place >= 0 && place < elements)) return view;
  }
}

function forSeeds(claim: (draw: Draw) => void): void {
  for (let seed = firstSeed; seed < firstSeed + 3000; seed++) {
    try {
      claim(new Draw(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${error}`, { cause: error });
    }
  }
}

it("joining dims does not change the positions", () => {
  forSeeds((draw) => {
    const view = viewOf(draw, 48);
    expect(placesOf(joined(view))).toEqual(placesOf(view));
  });
});

it("a composed view reads the same positions as one view after the other", () => {
  let affine = 0;
  forSeeds((draw) => {
    const inner = viewOf(draw, 48);
    const outer = viewOf(draw, sizeOf(inner));
    const view = compose(outer, draw.unit() < 0.5 ? inner : joined(inner));
    if (view === null) return;
    affine++;
    const elements = placesOf(inner);
    expect(placesOf(view)).toEqual(placesOf(outer).map((place) => elements[place]));
  });
  expect(affine).toBeGreaterThan(1500);
});

it("any view of a whole buffer is affine, and so is the whole view of any view", () => {
  forSeeds((draw) => {
    const view = joined(viewOf(draw, 48));
    expect(compose(view, whole(48))).toEqual(view);
    expect(joined(compose(whole(sizeOf(view)), view) ?? whole(0))).toEqual(view);
  });
});

it("a reshape between splits that do not divide each other is not affine", () => {
  const transposed = {
    offset: 0,
    dims: [
      { size: 3, stride: 1 },
      { size: 4, stride: 3 },
    ],
  };
  expect(compose({ offset: 0, dims: [{ size: 6, stride: 1 }] }, transposed)).toBe(null);
  expect(compose({ offset: 0, dims: [{ size: 4, stride: 3 }] }, transposed)).toBe(null);
  expect(compose({ offset: 0, dims: [{ size: 8, stride: 1 }] }, transposed)).not.toBe(null);
});

it("windows across the boundary of two joined dims are not affine", () => {
  const rows = {
    offset: 0,
    dims: [
      { size: 2, stride: 10 },
      { size: 3, stride: 1 },
    ],
  };
  expect(
    compose(
      {
        offset: 0,
        dims: [
          { size: 5, stride: 1 },
          { size: 2, stride: 1 },
        ],
      },
      rows,
    ),
  ).toBe(null);
});

it("a permutation has an inverse, which undoes it; other views have none", () => {
  let found = 0;
  forSeeds((draw) => {
    const view = joined(viewOf(draw, 24));
    const size = sizeOf(view);
    const back = inverse(view, size);
    const places = placesOf(view);
    const permutes = new Set(places).size === size && Math.max(...places) < size;
    expect(back !== null).toBe(permutes && view.dims.every(({ stride }) => stride > 0));
    if (back === null) return;
    found++;
    expect(placesOf(back).map((i) => places[i])).toEqual(Array.from({ length: size }, (_, i) => i));
    expect(inverse(view, size + 1)).toBe(null);
  });
  expect(found).toBeGreaterThan(50);
});

it("a view has one stride along each axis between marks", () => {
  forSeeds((draw) => {
    const [a, b] = [joined(viewOf(draw, 48)), joined(viewOf(draw, 48))];
    if (sizeOf(a) !== sizeOf(b)) return;
    const marks = mergeMarks(marksOf(a.dims), marksOf(b.dims));
    if (marks === null) return;
    const sizes = sizesBetween(marks, sizeOf(a));
    for (const view of [a, b]) {
      const strides = stridesAlong(view, sizes);
      const dims = sizes.map((size, i) => ({ size, stride: strides[i] }));
      expect(placesOf({ offset: view.offset, dims })).toEqual(placesOf(view));
    }
  });
});

it("marks that do not divide each other have no common axes", () => {
  expect(mergeMarks([2], [3])).toBe(null);
  expect(mergeMarks([2, 12], [4])).toEqual([2, 4, 12]);
  expect(mergeMarks([], [3])).toEqual([3]);
});

it("a view is divided by a shape unless one of its dims crosses a boundary of the shape", () => {
  const view = {
    offset: 0,
    dims: [
      { size: 6, stride: 2 },
      { size: 2, stride: 1 },
    ],
  };
  const strides = (shape: number[]) => grouped(joined(view), shape)?.map(({ dims }) => dims.map((d) => d.stride));
  expect(strides([12])).toEqual([[1]]);
  expect(strides([3, 1, 4])).toEqual([[4], [], [1]]);
  const apart = {
    offset: 0,
    dims: [
      { size: 6, stride: 4 },
      { size: 2, stride: 1 },
    ],
  };
  expect(grouped(apart, [2, 6])?.map(({ dims }) => dims)).toEqual([
    [{ size: 2, stride: 12 }],
    [
      { size: 3, stride: 4 },
      { size: 2, stride: 1 },
    ],
  ]);
  expect(grouped(apart, [4, 3])).toBe(null);
});

it("a view of all elements in the order of memory is whole", () => {
  expect(isWhole(whole(5), 5)).toBe(true);
  expect(isWhole(whole(1), 1)).toBe(true);
  expect(isWhole(whole(0), 0)).toBe(true);
  expect(isWhole(whole(5), 6)).toBe(false);
});
