// The picture of the net on one canvas: a line for each weight, thick where the weight is large, blue above zero and orange below, and the
// small map of each neuron. As elements of their own, some hundreds of lines and dozens of canvases took most of the time of each frame.
import { colourPixels } from "../points/surface.ts";
import { cssOf, type Palette } from "../story/palette.ts";
import type { Link, Spot } from "./layout.ts";
import type { Chosen } from "./net.svelte.ts";
import { type NetReport, sides } from "./run/messages.ts";

export interface Place {
  /** CSS pixels, and the screen's pixels for each of them. */
  readonly width: number;
  readonly height: number;
  readonly unit: number;
  /** The side of a neuron's map, in CSS pixels. */
  readonly neuron: number;
}

interface Net {
  readonly spots: readonly Spot[];
  readonly links: readonly Link[];
  readonly report: NetReport | null;
  readonly chosen: Chosen | null;
}

const maxThickness = 6;
const side = sides.neuron;

export function drawNet(context: CanvasRenderingContext2D, net: Net, place: Place, palette: Palette): void {
  const { width, height, unit } = place;
  context.setTransform(unit, 0, 0, unit, 0, 0);
  context.clearRect(0, 0, width, height);
  drawLinks(context, net, place, palette);
  if (net.report !== null) drawMaps(context, net.spots, net.report, place, palette);
}

function drawLinks(context: CanvasRenderingContext2D, net: Net, { width, height }: Place, palette: Palette): void {
  const [above, below] = [cssOf(palette.above), cssOf(palette.below)];
  const { links, report, chosen } = net;
  for (const { layer, neuron, input, from, to } of links) {
    const weight = report?.layers[layer]?.[neuron]?.weights[input] ?? 0;
    const isLit = chosen !== null && chosen.layer === layer && chosen.neuron === neuron;
    const [x0, y0, x1, y1] = [from.x * width, from.y * height, to.x * width, to.y * height];
    const middle = (x0 + x1) / 2;
    context.beginPath();
    context.moveTo(x0, y0);
    context.bezierCurveTo(middle, y0, middle, y1, x1, y1);
    context.strokeStyle = weight < 0 ? below : above;
    context.lineWidth = Math.min(0.4 + 2.2 * Math.abs(weight), maxThickness);
    context.globalAlpha = isLit ? 1 : 0.55;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** All maps beside each other, a map's width apart: written by the processor, and stretched from here to their places. */
interface Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly image: ImageData;
}
let sheet: Sheet | null = null;

function sheetFor(count: number): Sheet | null {
  if (sheet?.image.height === count * side) return sheet;
  const canvas = sheet?.canvas ?? document.createElement("canvas");
  canvas.width = side;
  canvas.height = count * side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  sheet = context && { canvas, context, image: new ImageData(side, count * side) };
  return sheet;
}

function drawMaps(
  context: CanvasRenderingContext2D,
  spots: readonly Spot[],
  { layers }: NetReport,
  { width, height, neuron: size }: Place,
  palette: Palette,
): void {
  const neurons = spots.filter(({ layer, neuron }) => layers[layer]?.[neuron] !== undefined);
  const maps = sheetFor(neurons.length);
  if (maps === null) return;
  for (const [i, { layer, neuron }] of neurons.entries())
    colourPixels(maps.image.data.subarray(4 * side * side * i), layers[layer][neuron].map, palette);
  maps.context.putImageData(maps.image, 0, 0);
  context.imageSmoothingEnabled = true;
  for (const [i, { x, y }] of neurons.entries())
    context.drawImage(maps.canvas, 0, side * i, side, side, x * width - size / 2, y * height - size / 2, size, size);
}
