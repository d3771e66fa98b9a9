// The sizes and distances of the graph's picture, in pixels. A result is one box: the op's circle, and the card that it touches.
import type { GraphNode } from "../graph.ts";

export type Direction = "right" | "down";
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A node's place: the middle of its card, and the middle of the op's circle in front of the card. */
export interface Place extends Size {
  readonly card: Point;
  readonly circle: Point | null;
}

/** An edge from an input to an op: a chain of n cubic curves, as 3n + 1 points, the last of which lies at the circle. */
export interface Way {
  readonly from: number;
  readonly to: number;
  /** The index of the input among the op's inputs. */
  readonly place: number;
  readonly points: readonly Point[];
}

export interface Layout extends Size {
  readonly direction: Direction;
  readonly places: readonly Place[];
  readonly ways: readonly Way[];
}

export const radius = 15;
/** along: the distance between ranks, with room for the numbers that travel there. across: between the boxes of one rank. */
export const distances = {
  right: { along: 46, across: 12 },
  down: { along: 34, across: 8 },
} as const satisfies Record<Direction, unknown>;

export const margin = 10;
/** Characters. */
export const maxLabelLength = 18;
/** A leaf's role stands beside its name if the name has at most so many characters; pixels for the role. */
export const roleLimit = { characters: 6, width: 52 };
const perCharacter = 7.3;

/** A card's size follows from its label and role, not from its numbers, so that other numbers move no card. */
export function cardSize({ label, role }: Pick<GraphNode, "label" | "role">): Size {
  const characters = Math.min(label.length, maxLabelLength);
  if (role === "constant") return { width: Math.max(40, 20 + 8 * characters), height: 34 };
  const beside = role !== "result" && characters <= roleLimit.characters ? roleLimit.width : 0;
  return { width: Math.max(86, 20 + perCharacter * characters + beside), height: 72 };
}

/** The box of a node in a layout: the card, and the circle in front of it. */
export function boxSize(node: GraphNode, direction: Direction): Size {
  const { width, height } = cardSize(node);
  if (node.op === null) return { width, height };
  return direction === "right" ? { width: width + 2 * radius, height } : { width, height: height + 2 * radius };
}

/** The place of a node whose box has this middle. */
export function placeOf(node: GraphNode, direction: Direction, { x, y }: Point): Place {
  const size = cardSize(node);
  if (node.op === null) return { ...size, card: { x, y }, circle: null };
  return direction === "right"
    ? { ...size, card: { x: x + radius, y }, circle: { x: x - size.width / 2, y } }
    : { ...size, card: { x, y: y + radius }, circle: { x, y: y - size.height / 2 } };
}
