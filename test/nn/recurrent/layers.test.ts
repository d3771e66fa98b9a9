// Recurrent layers and cells: PyTorch's recorded results, states, parameters and refusals; one program for any length.
import {
  compile,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  manualSeed,
  ones,
  RNN,
  RNNCell,
  randn,
  scan,
  type Tensor,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { load } from "../../fixtures/load.ts";
import { runRecurrent } from "../../fixtures/recurrent.ts";
import { ways } from "../../fixtures/ways.ts";

const { nets } = load("recurrent");

describe.each(Object.entries(ways))("recurrent nets and cells, as in PyTorch, %s", (_, run) => {
  for (const net of nets) {
    const [name, ...sizes] = net.spec;
    it(`${name} ${JSON.stringify(sizes)} of ${net.x.dtype}[${net.x.shape}]`, () => {
      expect(runRecurrent(net, run)).toEqual([]);
    });
  }
});

const close = (a: Tensor, b: Tensor): void => {
  expect(a.shape).toEqual(b.shape);
  expect(Math.max(0, ...a.sub(b).abs().data)).toBeLessThan(1e-5);
};

describe("recurrent layers", () => {
  it("are their cells, step by step", () => {
    const x = randn([5, 2, 3]);
    const pairs = [
      [new RNN(3, 4), new RNNCell(3, 4)],
      [new GRU(3, 4), new GRUCell(3, 4)],
    ] as const;
    for (const [net, cell] of pairs) {
      cell.loadStateDict(new Map([...net.stateDict()].map(([name, value]) => [name.replace("_l0", ""), value])));
      const [last, ys] = scan(
        (h: Tensor, now) => {
          const next = cell.forward(now, h);
          return [next, next];
        },
        zeros([2, 4]),
        x,
      );
      const [y, h] = net.forward(x);
      close(y, ys);
      close(h, last.unsqueeze(0));
    }
    const [net, cell] = [new LSTM(3, 4), new LSTMCell(3, 4)];
    cell.loadStateDict(new Map([...net.stateDict()].map(([name, value]) => [name.replace("_l0", ""), value])));
    const start: [Tensor, Tensor] = [zeros([2, 4]), zeros([2, 4])];
    const [last, ys] = scan(
      (state: [Tensor, Tensor], now) => {
        const next = cell.forward(now, state);
        return [next, next[0]];
      },
      start,
      x,
    );
    const [y, [h, c]] = net.forward(x);
    close(y, ys);
    close(h, last[0].unsqueeze(0));
    close(c, last[1].unsqueeze(0));
  });

  it("begin with parameters uniform in ±1/√hidden, in PyTorch's order", () => {
    manualSeed(1);
    const net = new LSTM(2, 100, { layers: 2, bidirectional: true });
    expect(net.namedParameters().map(([name, { shape }]) => `${name} ${shape}`)).toEqual(
      [
        ["l0", 2],
        ["l0_reverse", 2],
        ["l1", 200],
        ["l1_reverse", 200],
      ].flatMap(([end, features]) => [
        `weight_ih_${end} 400,${features}`,
        `weight_hh_${end} 400,100`,
        `bias_ih_${end} 400`,
        `bias_hh_${end} 400`,
      ]),
    );
    const all = [...net.weight_hh_l0.data].map(Math.abs);
    expect(Math.max(...all)).toBeLessThanOrEqual(0.1);
    expect(Math.max(...all)).toBeGreaterThan(0.0999);
  });

  it("drop outputs between layers in training alone, with other draws in each call", () => {
    const net = new GRU(3, 8, { layers: 2, dropout: 0.5 });
    const x = randn([4, 2, 3]);
    for (const run of Object.values(ways)) {
      const forward = run((x: Tensor) => net.forward(x)[0]);
      net.train();
      expect(forward(x).eq(forward(x)).all().item()).toBeFalsy();
      net.eval();
      expect(forward(x).eq(forward(x)).all().item()).toBeTruthy();
    }
    const alone = new GRU(3, 8, { dropout: 0.5 });
    expect(alone.forward(x)[0].eq(alone.forward(x)[0]).all().item()).toBeTruthy();
  });

  it("copy themselves, and print their options", () => {
    const net = new LSTM(3, 4, { layers: 2, bidirectional: true, batchFirst: true, dropout: 0.1, bias: false });
    const x = randn([2, 5, 3]);
    close(net.eval().clone().forward(x)[0], net.forward(x)[0]);
    expect(String(net)).toContain("LSTM(3, 4, layers=2, bidirectional=true, batchFirst=true, dropout=0.1, bias=false)");
    expect(String(new GRUCell(3, 4, { bias: false }))).toContain("GRUCell(3, 4, bias=false)");
  });

  it("are one loop in a program, which has as many kernels for any length", () => {
    const net = new LSTM(3, 4, { bidirectional: true });
    const kernels = (length: number): number => {
      const step = compile((x: Tensor) => {
        const loss = net.forward(x)[0].square().sum();
        loss.backward();
        return loss;
      });
      step(randn([length, 2, 3]));
      return step.chapters()[1].parts.length;
    };
    expect(kernels(90)).toBe(kernels(9));
  });

  const refusals: [() => unknown, string][] = [
    [
      () => new LSTM(3, 4).forward(ones([2, 4])),
      "LSTM.forward: x is [T, N, 3], [N, T, 3] with batchFirst, or [T, 3] without a batch, not float32[2,4]",
    ],
    [
      () => new LSTM(3, 4).forward(ones([2, 2, 3], { dtype: "int32" })),
      'LSTM.forward: x is float32 or float64, not int32[2,2,3]; use to("float32")',
    ],
    [
      () => new GRU(3, 4).forward(ones([5, 2, 3]), ones([2, 4])),
      "GRU.forward: the states before the first step are float32[1,2,4], [layers · directions, N, hidden], not float32[2,4]",
    ],
    [
      () => new LSTM(3, 4).forward(ones([5, 2, 3]), ones([1, 2, 4]) as never),
      "LSTM.forward: the state of an LSTM is [h, c], not float32[1,2,4]",
    ],
    [
      () => new LSTMCell(3, 4).forward(ones([2, 3]), [ones([2, 4]), ones([2, 5])]),
      "LSTMCell.forward: the state is float32[2,4], not float32[2,5]",
    ],
    [
      () => new RNNCell(3, 4).forward(ones([1, 2, 3])),
      "RNNCell.forward: x is floating, [N, 3] or [3], not float32[1,2,3]",
    ],
    [() => new RNN(3, 4, { nonlinearity: "sigmoid" as never }), 'RNN: nonlinearity is "tanh" or "relu", not "sigmoid"'],
    [() => new RNN(3, 4, { layers: 0 }), "RNN: layers"],
    [() => new GRU(3, 4, { num_layers: 2 } as never), "GRU: there is no option num_layers, did you mean layers?"],
    [() => new GRU(3, 4, { dropout: 2 }), "GRU: dropout"],
  ];
  it.each(refusals)("refuse %s", (call, message) => {
    expect(call).toThrow(message);
  });
});
