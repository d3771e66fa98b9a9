// What is loaded fits as a whole or not at all: every entry that does not is named at once, and nothing has changed.
import { Adam, BatchNorm2d, Linear, Sequential, type Tensor, tensor, zeros } from "chainrule";
import { writeSafetensors } from "chainrule/io";
import { describe, expect, it } from "vitest";

// Vitest's toEqual sees a tensor's shape and dtype, and not its numbers; as a file all of it can be compared.
const pictured = (it: { stateDict(): Map<string, Tensor> }) =>
  Buffer.from(writeSafetensors(it.stateDict())).toString("hex");

const model = () => new Sequential(new Linear(2, 3), new BatchNorm2d(3));
const altered = (state: Map<string, Tensor>, changes: Record<string, Tensor>) =>
  new Map([...state, ...Object.entries(changes)]);

describe("loadStateDict", () => {
  it("names everything that is missing, unexpected, misshapen or out of range at once, and changes nothing", () => {
    const net = model();
    const before = pictured(net);
    const state = altered(net.stateDict(), {
      "0.bias": zeros([4]),
      "1.running_mean": zeros([1, 3]),
      "1.num_batches_tracked": tensor(2.5),
      "1.running_var": tensor([1, 1e300, 1], { dtype: "float64" }),
      "2.weight": zeros([1]),
      "module.0.weight": zeros([3, 2]),
    });
    state.delete("0.weight");
    state.delete("1.bias");
    expect(() => net.loadStateDict(state)).toThrow(
      expect.objectContaining({
        message:
          "loadStateDict: 0.weight is missing; 1.bias is missing; 2.weight is not part of this model; " +
          "module.0.weight is not part of this model; 0.bias is float32[4], this model has float32[3]; " +
          "1.running_mean is float32[1,3], this model has float32[3]; " +
          "1.running_var holds 1e+300 at 1, which float32 cannot hold; " +
          "1.num_batches_tracked holds 2.5 at 0, which int32 cannot hold",
      }),
    );
    expect(pictured(net)).toBe(before);
  });

  it.each([2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN, Infinity])("does not take %s for a count of batches", (value) => {
    const net = model();
    const counted = tensor(value, { dtype: "float64" });
    const state = altered(net.stateDict(), { "0.bias": zeros([3]), "1.num_batches_tracked": counted });
    const before = pictured(net);
    expect(() => net.loadStateDict(state)).toThrow("1.num_batches_tracked holds");
    expect(pictured(net)).toBe(before);
  });

  it("takes whole numbers as they are and rounds floats, infinity and NaN included, whatever dtype they come in", () => {
    const net = model();
    net.loadStateDict(
      altered(net.stateDict(), {
        "0.bias": tensor([0.1, Infinity, Number.NaN], { dtype: "float64" }),
        "1.bias": tensor([1, 2, 3], { dtype: "uint8" }),
        "1.num_batches_tracked": tensor(2 ** 31 - 1, { dtype: "float64" }),
      }),
    );
    const state = net.stateDict();
    expect([...(state.get("0.bias")?.data ?? [])]).toEqual([Math.fround(0.1), Infinity, Number.NaN]);
    expect(state.get("1.bias")).toMatchObject({ dtype: "float32" });
    expect(state.get("1.bias")?.toArray()).toEqual([1, 2, 3]);
    expect(state.get("1.num_batches_tracked")).toMatchObject({ dtype: "int32" });
    expect(state.get("1.num_batches_tracked")?.item()).toBe(2 ** 31 - 1);
    expect(net.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
  });

  it("is as strict about an optimiser", () => {
    const optimizer = new Adam(model().parameters());
    const before = pictured(optimizer);
    const state = altered(optimizer.stateDict(), { "state.0.exp_avg": zeros([2, 3]), "state.9.step": tensor(1) });
    state.delete("state.3.exp_avg_sq");
    state.delete("lr");
    expect(() => optimizer.loadStateDict(state)).toThrow(
      "loadStateDict: lr is missing; state.3.exp_avg_sq is missing; state.9.step is not part of this optimiser; " +
        "state.0.exp_avg is float32[2,3], this optimiser has float32[3,2]",
    );
    expect(pictured(optimizer)).toBe(before);
  });

  it("says what it takes", () => {
    expect(() => model().loadStateDict({} as never)).toThrow("expected a Map of names to tensors");
    const state = new Map<string, unknown>([...model().stateDict(), ["0.bias", [0, 0, 0]]]);
    expect(() => model().loadStateDict(state as never)).toThrow("loadStateDict: 0.bias is no Tensor");
  });
});
