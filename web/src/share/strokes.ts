// A drawing as a text for an address, and back: strokes on a square field, on a grid of two units.
//
// Letters of an alphabet of 64 stand for the numbers 0 to 63. A stroke begins with its first point, two letters for x and two for y. Each
// further point is two letters: its distance from the one before in x and in y, from -31 to 31 steps of the grid, plus 32. A longer way is
// the letter of 0 and then a point in four letters. Strokes are separated by full stops.

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const grid = 2;
/** Letters of a drawing in an address: about 780 points. */
export const maxLetters = 1600;

const two = (n: number): string => alphabet[n >> 6] + alphabet[n & 63];
const whole = ([x, y]: Point): string => two(x) + two(y);

/** The drawing as a text; null if it is too long for an address. */
export function strokesText(strokes: readonly Stroke[]): string | null {
  const text = strokes
    .filter((stroke) => stroke.length > 0)
    .map((stroke) => strokeText(stroke.map(([x, y]) => [Math.round(x / grid), Math.round(y / grid)])))
    .join(".");
  return text.length > maxLetters ? null : text;
}

function strokeText(points: Stroke): string {
  return points
    .map((point, i) => {
      const before = points[i - 1];
      if (before === undefined) return whole(point);
      const steps = [point[0] - before[0], point[1] - before[1]];
      return steps.every((step) => Math.abs(step) < 32)
        ? steps.map((step) => alphabet[step + 32]).join("")
        : alphabet[0] + whole(point);
    })
    .join("");
}

/** The drawing of a text, within a field of this side; null if the text is none. */
export function strokesOf(text: string, side: number): readonly Stroke[] | null {
  if (text.length > maxLetters) return null;
  const strokes: Stroke[] = [];
  for (const part of text.split(".")) {
    const stroke = strokeOf([...part].map((letter) => alphabet.indexOf(letter)));
    if (stroke === null) return null;
    const points = stroke.map(([x, y]): Point => [x * grid, y * grid]);
    if (points.some(([x, y]) => x > side || y > side || x < 0 || y < 0)) return null;
    strokes.push(points);
  }
  return strokes;
}

function strokeOf(numbers: readonly number[]): Stroke | null {
  if (numbers.includes(-1) || numbers.length < 4) return null;
  const points: Point[] = [];
  for (let i = 0; i < numbers.length; ) {
    const last = points[points.length - 1];
    const isWhole = last === undefined || numbers[i] === 0;
    if (isWhole) {
      if (last !== undefined) i++;
      if (i + 4 > numbers.length) return null;
      points.push([64 * numbers[i] + numbers[i + 1], 64 * numbers[i + 2] + numbers[i + 3]]);
      i += 4;
    } else {
      if (i + 2 > numbers.length) return null;
      points.push([last[0] + numbers[i] - 32, last[1] + numbers[i + 1] - 32]);
      i += 2;
    }
  }
  return points;
}
