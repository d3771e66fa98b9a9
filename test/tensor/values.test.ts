// A tensor in JavaScript's operators, JSON and clones: either all of its numbers arrive, or it throws and names the cure.
import { Adam, compile, Linear, randn, Sequential, type Tensor, tensor, zeros } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { expect, it } from "vitest";

const x = tensor(3);

it.each(["x < 4", "4 >= x", "x + 1", "x + 'text'", "x - 1", "+x", "x == 3", "Math.max(x, 1)", "x ** 2", "isNaN(x)"])(
  "%s throws, and names what to call",
  (code) => {
    const use = new Function("x", `return ${code}`);
    expect(() => use(x)).toThrow(/^Tensor: JavaScript's operators are not for float32\[\]; call add, .*item\(\)/);
  },
);

it("String, templates and joins make text of a tensor, and it can be compared with null and itself", () => {
  const text = "tensor(3.0000)";
  expect([String(x), `${x}`, [x].join(), x.toString()]).toEqual([text, text, text, text]);
  const compared = new Function("x", "return [x == null, x == x, x != undefined]");
  expect(compared(x)).toEqual([false, true, true]);
});

const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1 / 3, 1e-45, 3.4e38];

it.each([
  tensor([
    [1, 2.5],
    [Math.fround(0.1), -3],
  ]),
  tensor(odd),
  tensor(new Float64Array([...odd, Number.MIN_VALUE, Math.PI])),
  tensor([1, -(2 ** 31)], { dtype: "int32" }),
  tensor([0, 255], { dtype: "uint8" }),
  tensor([[true], [false]]),
  tensor(7),
  zeros([0, 3]),
])("JSON brings it back whole: %#", (whole) => {
  const back = tensor(JSON.parse(JSON.stringify({ whole })).whole);
  expect(back).toEqual(whole);
  expect([back.dtype, back.shape]).toEqual([whole.dtype, whole.shape]);
});

it("JSON of a model, an optimiser and their state dicts has every number", () => {
  const model = new Sequential(new Linear(2, 3), new Linear(3, 1));
  const optimizer = new Adam(model.parameters());
  const read = (value: unknown) =>
    new Map(Object.entries<never>(JSON.parse(JSON.stringify(value))).map(([name, one]) => [name, tensor(one)]));
  for (const owner of [model, optimizer]) {
    for (const value of [owner, owner.stateDict()]) expect(read(value)).toEqual(owner.stateDict());
    owner.loadStateDict(read(owner));
  }
  expect(read(readSafetensors(writeSafetensors(model.stateDict())).tensors)).toEqual(model.stateDict());
  expect(Object.keys(model.stateDict())).toEqual([]);
});

it("an object that is not the JSON of a tensor is refused, and the error names what is missing", () => {
  expect(() => tensor({ dtype: "float32", data: [1] } as never)).toThrow("tensor: an object is { dtype, shape, data }");
  expect(() => tensor({ dtype: "float32", shape: [1], data: ["x"] })).toThrow(
    'data holds "x" at 0, which is no number',
  );
  expect(() => tensor({ dtype: "float32", shape: [3], data: [1] })).toThrow("1 values do not fill the shape [3]");
  expect(() => compile((y: Tensor) => JSON.stringify(y))(x)).toThrow("toJSON: float32[] has no contents while compile");
});

it("a clone or a message, which would lose the contents, is refused with the cure", () => {
  const model = new Linear(2, 1);
  const { port1, port2 } = new MessageChannel();
  for (const value of [x, [x], model.stateDict(), model, { deep: { in: [randn([2])] } }]) {
    const cure = /a Tensor; send \{ data: x\.data, shape: x\.shape \}, .* could not be cloned/;
    expect(() => structuredClone(value)).toThrow(cure);
    expect(() => port1.postMessage(value)).toThrow(cure);
  }
  port1.close();
  port2.close();
  expect(tensor(structuredClone(x.data), { shape: x.shape })).toEqual(x);
});
