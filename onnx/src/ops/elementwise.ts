// Elementwise ops as ONNX nodes. Operands are not expanded, since ONNX broadcasts by NumPy's rules.
import type { OpName } from "chainrule/compiler";
import { type Call, type Carriers, carried, type Lowering, viaFloat32, viaInt32 } from "../lowering.ts";
import { broadcast } from "../size.ts";
import type { Value, Writer } from "../writer.ts";

type Operands = Pick<Call, "inputs">;
type Plain = (call: Operands, writer: Writer) => Value;

const unary =
  (opType: string, via: Carriers = {}): Plain =>
  ({ inputs }, writer) =>
    carried(writer, inputs, via, ([x], type) => writer.node(opType, [x], type, x.shape));

const binary =
  (opType: string, via: Carriers = viaInt32): Plain =>
  ({ inputs }, writer) =>
    carried(writer, inputs, via, ([a, b], type) => writer.node(opType, [a, b], type, broadcast(a.shape, b.shape)));

const comparison =
  (opType: string, via: Carriers): Plain =>
  ({ inputs }, writer) =>
    carried(writer, inputs, via, ([a, b]) => writer.node(opType, [a, b], "bool", broadcast(a.shape, b.shape)));

/** A logical op for bool operands, and another op for all other dtypes. */
const logical =
  (opType: string, others: Plain): Plain =>
  (call, writer) => {
    const [a, b] = call.inputs;
    return a.type === "bool" ? writer.node(opType, [a, b], "bool", broadcast(a.shape, b.shape)) : others(call, writer);
  };

/** A floating-point formula of one operand. */
const formula =
  (write: (x: Value, math: Arithmetic) => Value): Plain =>
  ({ inputs: [x] }, writer) =>
    write(x, new Arithmetic(writer, x.type === "float64" ? "float64" : "float32"));

class Arithmetic {
  readonly #writer: Writer;
  readonly #type: "float32" | "float64";

  constructor(writer: Writer, type: "float32" | "float64") {
    this.#writer = writer;
    this.#type = type;
  }
  constant(value: number): Value {
    return this.#writer.scalar(this.#type, value);
  }
  apply(opType: string, ...inputs: readonly Value[]): Value {
    return this.#writer.node(opType, inputs, this.#type, shapeOf(inputs));
  }
  compare(opType: string, ...inputs: readonly Value[]): Value {
    return this.#writer.node(opType, inputs, "bool", shapeOf(inputs));
  }
}

const shapeOf = (inputs: readonly Value[]) => inputs.map(({ shape }) => shape).reduce(broadcast);

export const elementwise = {
  neg: unary("Neg", viaInt32),
  abs: unary("Abs", viaInt32),
  // sign(NaN) is 0 in chainrule, and NaN in ONNX Runtime.
  sign: unary("Sign", viaInt32),
  floor: unary("Floor"),
  // ONNX rounds half to even, too.
  round: unary("Round"),
  exp: unary("Exp"),
  // eˣ - 1 = tanh(x/2) · (eˣ + 1); computed as eˣ - 1, it would lose its precision near 0.
  expm1: formula((x, math) => {
    const half = math.apply("Tanh", math.apply("Mul", x, math.constant(0.5)));
    return math.apply("Mul", half, math.apply("Add", math.apply("Exp", x), math.constant(1)));
  }),
  log: unary("Log"),
  // With u = 1 + x, rounded: log u · x / (u - 1) where |x| < 1, where the quotient corrects the rounding error of u; x where u is 1.
  // Source: Goldberg, "What every computer scientist should know about floating-point arithmetic" (1991), theorem 4.
  log1p: formula((x, math) => {
    const one = math.constant(1);
    const u = math.apply("Add", x, one);
    const log = math.apply("Log", u);
    const corrected = math.apply("Mul", log, math.apply("Div", x, math.apply("Sub", u, one)));
    const near = math.apply("Where", math.compare("Equal", u, one), x, corrected);
    return math.apply("Where", math.compare("Less", math.apply("Abs", x), one), near, log);
  }),
  sqrt: unary("Sqrt"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  atan: unary("Atan", viaFloat32),
  erf: unary("Erf", viaFloat32),
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
  add: binary("Add"),
  sub: binary("Sub"),
  mul: logical("And", binary("Mul")),
  div: binary("Div"),
  // Integer powers that overflow wrap around in chainrule, but not in ONNX Runtime.
  pow: binary("Pow"),
  maximum: logical("Or", binary("Max")),
  minimum: logical("And", binary("Min")),
  bitwiseAnd: binary("BitwiseAnd", {}),
  eq: comparison("Equal", { uint8: "int32" }),
  lt: comparison("Less", viaInt32),
  le: comparison("LessOrEqual", viaInt32),

  where: ({ inputs: [condition, a, b] }: Operands, writer: Writer) =>
    carried(writer, [a, b], { bool: "uint8" }, ([x, y], type) =>
      writer.node("Where", [condition, x, y], type, shapeOf([condition, x, y])),
    ),

  // Floats are rounded towards zero; values beyond int32 are undefined in ONNX. Integers are cast to uint8 modulo 2⁸. ONNX does not do so
  // with floats below 0, so floats are cast to int32 first, whose last 8 bits are taken.
  cast({ inputs: [x], attributes: { dtype } }: Call<"cast">, writer: Writer): Value {
    if (dtype !== "uint8" || (x.type !== "float32" && x.type !== "float64")) return writer.cast(x, dtype);
    const bits = [writer.cast(x, "int32"), writer.scalar("int32", 255)];
    return writer.cast(writer.node("BitwiseAnd", bits, "int32", x.shape), dtype);
  },
} satisfies { readonly [N in OpName]?: Lowering<N> };
