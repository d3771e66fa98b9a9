// What a net may be given of a point: its two coordinates, and functions of them that make some borders easier to draw.

/** How often sin turns over the plane, which reaches from -1.6 to 1.6. */
const turns = 3;

export const inputs = {
  x: { name: "x", of: (x: number, _: number) => x, code: "x" },
  y: { name: "y", of: (_: number, y: number) => y, code: "y" },
  xx: { name: "x²", of: (x: number, _: number) => x * x, code: "x * x" },
  yy: { name: "y²", of: (_: number, y: number) => y * y, code: "y * y" },
  xy: { name: "xy", of: (x: number, y: number) => x * y, code: "x * y" },
  sinx: { name: "sin 3x", of: (x: number, _: number) => Math.sin(turns * x), code: `Math.sin(${turns} * x)` },
  siny: { name: "sin 3y", of: (_: number, y: number) => Math.sin(turns * y), code: `Math.sin(${turns} * y)` },
};
export type InputName = keyof typeof inputs;
export const inputNames = Object.keys(inputs) as readonly InputName[];

/** The inputs at each place x, y, x, y, ...: one row a place. */
export function inputsAt(names: readonly InputName[], places: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const values = new Float32Array((places.length / 2) * names.length);
  for (let place = 0; 2 * place < places.length; place++)
    for (const [i, name] of names.entries())
      values[place * names.length + i] = inputs[name].of(places[2 * place], places[2 * place + 1]);
  return values;
}
