// Prints a Graph as text and parses the text, so that tests can read and write graphs and `explain` can show them. A printed graph
// parses to a graph that prints the same; the user's lines are left out. Layout:
//   graph
//     region 1 logSoftmax {dim: 1}
//     %0 = argument 0 : float32[64,10]
//     %1 = state 0 : float32[10]
//     %2 = max %0 {dims: [1]} : float32[64,1] @ logSoftmax.1
//     state 0 <- %4
//     return %2, %3
// A node's name is its position in the list. Regions are declared at the top; a node gives the path of its region, outermost first. So are the
// bodies of loops, each a graph of its own, and their nodes give the number of the body:
//   body 1 {taken: 1, length: 100, reverse: false}
//     %0 = argument 0 : float32[]
//     ...
//   end
//   %3 = scan %0, %1 {body: 1, output: 0} : float32[]
import { ChainruleError, wordsOf } from "../errors/error.ts";
import { type DType, describe, isDType, type Type } from "../tensor/dtype.ts";
import { type Attributes, type OpName, ops } from "../tensor/ops.ts";
import { sameShape } from "../tensor/shape.ts";
import { listOf, parseAttribute, printAttribute, Scanner } from "./attribute-text.ts";
import { type Graph, input, isInput, type Node, type NodeOf, node, type Region, type Update } from "./graph.ts";
import { Body, type BodyOptions, bodyOf, isScan } from "./loops/body.ts";

type Names = ReadonlyMap<Node, string>;

/** "%0", "%1", ...: the name of each node of a graph. */
export const namesOf = ({ nodes }: Graph): Names => new Map(nodes.map((n, place) => [n, `%${place}`]));

const pathOf = ({ name, id, parent }: Region): string => `${parent === null ? "" : `${pathOf(parent)}/`}${name}.${id}`;

function suffix(attributes: object): string {
  return Object.keys(attributes).length === 0 ? "" : ` ${printAttribute(attributes)}`;
}

/** The bodies of the loops of a graph, in the order in which they are first used. */
const bodiesOf = (nodes: Iterable<Node>): Body[] => [...new Set([...nodes].filter(isScan).map(bodyOf))];

/** The attributes of a scan with the number of its body. */
const numbered = (n: NodeOf<"scan">, names: Names): object => ({
  body: bodiesOf(names.keys()).indexOf(bodyOf(n)) + 1,
  output: n.attributes.output,
});

/** The line of a node: "%2 = neg %1 : float32[3]". A node that is not in the graph is printed as %?. */
export function printNode(n: Node, names: Names): string {
  const nameOf = (x: Node) => names.get(x) ?? "%?";
  const sources = n.inputs.length === 0 ? "" : ` ${n.inputs.map(nameOf).join(", ")}`;
  const attributes = isInput(n) ? ` ${n.attributes.index}` : suffix(isScan(n) ? numbered(n, names) : n.attributes);
  const region = n.region === null ? "" : ` @ ${pathOf(n.region)}`;
  return `${nameOf(n)} = ${n.op}${sources}${attributes} : ${describe(n)}${region}`;
}

/** The regions of a graph's nodes, and the regions around them, sorted by id. */
export function regionsOf({ nodes }: Graph): Region[] {
  const regions = new Set<Region>();
  for (const n of nodes) {
    for (let region = n.region; region !== null && !regions.has(region); region = region.parent) regions.add(region);
  }
  return [...regions].sort((a, b) => a.id - b.id);
}

export function print(graph: Graph): string {
  const names = namesOf(graph);
  const nameOf = (x: Node) => names.get(x) ?? "%?";
  const regions = regionsOf(graph).map(({ id, name, parent, attributes }) => {
    return `region ${id} ${name}${parent === null ? "" : ` in ${parent.id}`}${suffix(attributes)}`;
  });
  const bodies = bodiesOf(graph.nodes).flatMap((body, i) => {
    const { taken, length, reverse } = body;
    const [, ...inside] = print(body.graph).split("\n");
    return [`body ${i + 1}${suffix({ taken, length, reverse })}`, ...inside, "end"];
  });
  const nodes = graph.nodes.map((n) => printNode(n, names));
  const updates = graph.updates.map(({ state, value }) => `state ${state.attributes.index} <- ${nameOf(value)}`);
  const results = graph.results.length === 0 ? "return" : `return ${graph.results.map(nameOf).join(", ")}`;
  return ["graph", ...[...regions, ...bodies, ...nodes, ...updates, results].map((line) => `  ${line}`)].join("\n");
}

const name = /%\w+/y;
const whole = /\d+/y;
const word = /[A-Za-z_$][\w$-]*/y;

/** Builds a graph from its lines, which are read one after the other. */
class Reader {
  readonly #nodes = new Map<string, Node>();
  readonly #regions = new Map<number, Region>();
  readonly #updates: Update[] = [];
  readonly #bodies = new Map<number, Body>();
  /** The body that is being read, with what its first line says. */
  #inside: { readonly number: number; readonly reader: Reader; readonly how: Omit<BodyOptions, "graph"> } | null = null;
  #results: Node[] | null = null;

  get graph(): Graph {
    if (this.#results === null) throw new ChainruleError("file", "parse", `"return" expected, not the end of the text`);
    return { nodes: [...this.#nodes.values()], updates: this.#updates, results: this.#results };
  }

  /** Whether the next line belongs to a body. */
  get isInside(): boolean {
    return this.#inside !== null;
  }

  read(line: Scanner): void {
    if (this.#inside !== null) {
      const { number, reader, how } = this.#inside;
      if (reader.isInside || !line.take("end")) reader.read(line);
      else {
        this.#bodies.set(number, new Body({ ...how, graph: reader.graph }));
        this.#inside = null;
      }
      return;
    }
    if (this.#results !== null) throw new ChainruleError("file", "parse", `"return" must be the last line`);
    if (line.take("region ")) this.#region(line);
    else if (line.take("body ")) this.#body(line);
    else if (line.take("state ")) this.#update(line);
    else if (line.take("return")) this.#results = line.isDone ? [] : this.#list(line);
    else this.#node(line);
    if (!line.isDone) throw line.missing("the end of the line");
  }

  #region(line: Scanner): void {
    const id = number(line);
    const called = line.expect("a name", word);
    const parent = line.take("in ") ? this.#regionOf(number(line)) : null;
    if (this.#regions.has(id)) throw new ChainruleError("file", "parse", `region ${id} is declared twice`);
    this.#regions.set(id, { name: called, id, parent, attributes: attributesOf(line) });
  }

  #body(line: Scanner): void {
    const id = number(line);
    if (this.#bodies.has(id)) throw new ChainruleError("file", "parse", `body ${id} is declared twice`);
    this.#inside = { number: id, reader: new Reader(), how: howOf(attributesOf(line)) };
  }

  #bodyOf(id: unknown): Body {
    const body = typeof id === "number" ? this.#bodies.get(id) : undefined;
    if (body === undefined) throw new ChainruleError("file", "parse", `there is no body ${String(id)}`);
    return body;
  }

  #regionOf(id: number): Region {
    const region = this.#regions.get(id);
    if (region === undefined) throw new ChainruleError("file", "parse", `there is no region ${id}`);
    return region;
  }

  #update(line: Scanner): void {
    const index = number(line);
    line.require("<-");
    const state = [...this.#nodes.values()].filter((n) => n.op === "state").find((n) => n.attributes.index === index);
    if (state === undefined) throw new ChainruleError("file", "parse", `there is no state ${index}`);
    this.#updates.push({ state, value: this.#nodeOf(line) });
  }

  #node(line: Scanner): void {
    const called = line.expect("a node", name);
    line.require("=");
    const op = line.expect("an op", word);
    if (this.#nodes.has(called)) throw new ChainruleError("file", "parse", `${called} is defined twice`);
    this.#nodes.set(called, op === "argument" || op === "state" ? this.#input(line, op) : this.#op(line, op));
  }

  #input(line: Scanner, op: "argument" | "state"): Node {
    const index = number(line);
    return input(op, index, typeOf(line));
  }

  #op(line: Scanner, op: string): Node {
    if (!isOp(op)) throw new ChainruleError("file", "parse", `there is no op ${op}`);
    const inputs = line.rest.startsWith("%") ? this.#list(line) : [];
    const given = attributesOf(line);
    const attributes = op === "scan" ? { ...given, body: this.#bodyOf(given.body) } : given;
    const stated = line.rest.startsWith(":") ? typeOf(line) : null;
    const made = node(op, inputs, attributes as Attributes<OpName>, {
      region: line.take("@") ? this.#path(line) : null,
    });
    if (stated !== null && (made.dtype !== stated.dtype || !sameShape(made.shape, stated.shape)))
      throw new ChainruleError("file", "parse", `${op} is ${describe(made)}, not ${describe(stated)}`);
    return made;
  }

  #path(line: Scanner): Region {
    const text = line.expect("a region", /\S+/y);
    const region = this.#regionOf(Number(text.slice(text.lastIndexOf(".") + 1)));
    if (pathOf(region) !== text)
      throw new ChainruleError("file", "parse", `the region is ${pathOf(region)}, not ${text}`);
    return region;
  }

  #nodeOf(line: Scanner): Node {
    const called = line.expect("a node", name);
    const found = this.#nodes.get(called);
    if (found === undefined) throw new ChainruleError("file", "parse", `${called} is used before it is defined`);
    return found;
  }

  #list(line: Scanner): Node[] {
    const list = [this.#nodeOf(line)];
    while (line.take(",")) list.push(this.#nodeOf(line));
    return list;
  }
}

const isOp = (text: string): text is OpName => Object.hasOwn(ops, text);

const number = (line: Scanner): number => Number(line.expect("a number", whole));

/** How a body is run, as its first line says. */
function howOf({ taken, length, reverse }: Readonly<Record<string, unknown>>): Omit<BodyOptions, "graph"> {
  if (typeof taken !== "number" || typeof length !== "number" || typeof reverse !== "boolean")
    throw new ChainruleError("file", "parse", "a body says {taken, length, reverse}");
  return { taken, length, reverse };
}

function attributesOf(line: Scanner): Readonly<Record<string, unknown>> {
  const attributes = line.rest.startsWith("{") ? parseAttribute(line) : {};
  return attributes as Readonly<Record<string, unknown>>;
}

function typeOf(line: Scanner): Type {
  line.require(":");
  const dtype: DType | string = line.expect("a dtype", word);
  if (!isDType(dtype)) throw new ChainruleError("file", "parse", `there is no dtype ${dtype}`);
  line.require("[");
  return { dtype, shape: listOf(line, "]", number) };
}

/** The graph that a text describes. Text written by hand may use any word after % as a name, and may leave out the types of ops. */
export function parse(text: string): Graph {
  const reader = new Reader();
  const lines = text.split("\n").map((line) => line.trim());
  const start = lines.findIndex((line) => line !== "");
  if (lines[start] !== "graph")
    throw new ChainruleError("file", "parse", `line ${Math.max(start, 0) + 1}: "graph" expected`);
  const at = <T>(place: number, body: () => T): T => {
    try {
      return body();
    } catch (error) {
      throw new ChainruleError(
        "file",
        "parse",
        `line ${place + 1}: ${wordsOf(error)}`,
        { line: place + 1 },
        { cause: error },
      );
    }
  };
  for (let place = start + 1; place < lines.length; place++) {
    if (lines[place] !== "") at(place, () => reader.read(new Scanner(lines[place])));
  }
  return at(lines.length - 1, () => reader.graph);
}
