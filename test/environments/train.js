// The second half of each program of program.ts, whose first half has loaded the library as `chainrule`: exclusive or learnt by a
// compiled step, a wider net on one thread and on all that there are, and an error, which may tell a line. What comes of it is handed to
// `tell` where there is such a function, and printed elsewhere.
/* global chainrule, tell */
const { Adam, compile, Linear, manualSeed, mseLoss, Sequential, Sigmoid, Tanh, randn, tensor, threadsReady } =
  chainrule;

// Without relaxed SIMD, which engines may round as they like, the losses are the same everywhere.
const relaxed = false;

function trained(model, x, y, { steps, threads }) {
  const optimizer = new Adam(model.parameters(), { lr: 0.05 });
  const step = compile(
    (x, y) => {
      const loss = mseLoss(model.forward(x), y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    },
    { relaxed, threads },
  );
  let loss = 0;
  for (let i = 0; i < steps; i++) loss = step(x, y).item();
  return loss;
}

function exclusiveOr() {
  manualSeed(1);
  // biome-ignore format: a table
  const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
  const model = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1), new Sigmoid());
  return trained(model, x, tensor([[0], [1], [1], [0]]), { steps: 200, threads: 1 });
}

function wide(threads) {
  manualSeed(2);
  const model = new Sequential(new Linear(128, 512), new Tanh(), new Linear(512, 1));
  return trained(model, randn([128, 128]), randn([128, 1]), { steps: 5, threads });
}

function refusal() {
  try {
    compile((x) => x.log(), { checkFinite: true })(tensor([-1]));
    return "nothing";
  } catch (error) {
    return error.message;
  }
}

async function run() {
  const threads = await threadsReady();
  return { loss: exclusiveOr(), threads, wide: [wide(1), wide(threads)], refusal: refusal() };
}

const telling = typeof tell === "function" ? tell : (outcome) => console.log(JSON.stringify(outcome));
run().then(telling, (error) => telling({ error: String(error?.stack ?? error) }));
