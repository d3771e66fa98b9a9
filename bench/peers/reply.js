// Answers the questions of a bench, in a process (answer.js) or in a page (page/page.js). The first question is a work (questionOf in
// bench/works.js). Then { run: k } does k steps, and the answer has the time of each, up to reading its loss; { entries } reads elements of
// a product.

/**
 * train(work) returns { step }: step(i) does step i and returns its loss. multiply(work) returns { step, entries }: step() does
 * work.repeats products, entries(places) gives the last product's elements at these places. call(work) returns { step }: step() calls a
 * program work.repeats times. All of these functions may return promises. reply(question) answers one question; work() is what `train`,
 * `multiply` or `call` has returned.
 */
export function replies(name, { train, multiply, call }) {
  let work;
  let done = 0;
  const begin = async (question) => {
    done = 0;
    work = await { train, multiply, call }[kindOf(question)](question);
    return { name };
  };
  const run = async (count) => {
    const [values, milliseconds] = [[], []];
    let before = performance.now();
    for (let i = 0; i < count; i++) {
      // Only promises are awaited, since `await` itself would cost a turn of the microtask queue.
      const value = work.step(done++);
      values.push(value instanceof Promise ? await value : value);
      const now = performance.now();
      milliseconds.push(now - before);
      before = now;
    }
    return { values, milliseconds };
  };
  const reply = async (question) => {
    if (question.entries) return { values: [...(await work.entries(question.entries))] };
    return question.run ? run(question.run) : begin(question);
  };
  return { reply, work: () => work };
}

function kindOf({ size, call }) {
  if (size) return "multiply";
  return call ? "call" : "train";
}
