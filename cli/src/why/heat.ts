// Lays a map of heat over a picture. The map belongs to a net's frame, in which the picture may have margins: the heat of a place of the
// picture is that of the same place in the frame, between the map's cells linearly.
import { interpolateInferno } from "d3-scale-chromatic";

/** Heat in [0, 1] for the cells of a map, row-major. */
export interface HeatMap {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** The rectangle of the picture in a frame of this width and height. */
export interface Framed {
  readonly frame: { readonly width: number; readonly height: number };
  readonly place: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
}

/** A picture of three planes, red, green and blue: uint8 [3, height, width]. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Steps of the colours, which are equal steps for the eye: from black by red to yellow. */
const steps = 256;

/** Red, green and blue of each step. */
const colours: readonly (readonly number[])[] = Array.from({ length: steps }, (_, i) => {
  const colour = Number.parseInt(interpolateInferno(i / (steps - 1)).slice(1), 16);
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
});

/** How much of a colour covers the picture, where there is no heat and where it is greatest: cold places stay visible, but dark. */
const [leastCover, mostCover] = [0.4, 0.65];

/** The picture with the heat over it. */
export function overlaid(picture: Planes, map: HeatMap, { frame, place }: Framed): Planes {
  const { width, height } = picture;
  const data = new Uint8Array(picture.data.length);
  const columns = Array.from({ length: width }, (_, x) =>
    between(map.width, (place.left + ((x + 0.5) / width) * place.width) / frame.width),
  );
  for (let y = 0; y < height; y++) {
    const row = between(map.height, (place.top + ((y + 0.5) / height) * place.height) / frame.height);
    for (let x = 0; x < width; x++) {
      const heat = heatAt(map, row, columns[x]);
      const cover = leastCover + (mostCover - leastCover) * heat;
      const colour = colours[Math.round(heat * (steps - 1))];
      for (let c = 0; c < 3; c++) {
        const at = (c * height + y) * width + x;
        data[at] = Math.round((1 - cover) * picture.data[at] + cover * colour[c]);
      }
    }
  }
  return { width, height, data };
}

/** Two neighbouring cells, and the part of the second. */
interface Between {
  readonly first: number;
  readonly second: number;
  readonly part: number;
}

/** The cells on both sides of a place, 0 … 1 of a line of cells. Beyond the middle of the outermost cell its heat stays. */
function between(cells: number, place: number): Between {
  const at = Math.min(cells - 1, Math.max(0, place * cells - 0.5));
  const first = Math.floor(at);
  return { first, second: Math.min(cells - 1, first + 1), part: at - first };
}

function heatAt({ data, width }: HeatMap, row: Between, column: Between): number {
  const along = (y: number) =>
    (1 - column.part) * data[y * width + column.first] + column.part * data[y * width + column.second];
  return (1 - row.part) * along(row.first) + row.part * along(row.second);
}
