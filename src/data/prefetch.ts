// Makes the next batch while a step waits. JavaScript has one thread for both, so only the time in which this thread waits can be used:
// for a GPU, for `await …read()`, for a file. A step that computes in this thread, such as compiled WebAssembly, leaves no such
// time; then the batch is made when it is requested, as without prefetch.

/**
 * Gives the same items in the same order. While the loop's body awaits a promise that is not resolved yet, the next item is made; never
 * more than one item in advance. Leaving the loop early ends the source. An error of the source is thrown in the place of the item.
 */
export function prefetch<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => ahead(items) };
}

type Made<T> = Promise<IteratorResult<T>>;

function ahead<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterator<T> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let waiting: Made<T> | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let ended = false;

  const make = (): Made<T> => {
    const made = attempt(() => source.next());
    // The call of next() that awaits this promise gets the error. Without this line it would count as unhandled until then.
    made.catch(() => {});
    return made;
  };
  const end = () => {
    ended = true;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    waiting = null;
  };

  return {
    async next() {
      if (ended) return { done: true, value: undefined };
      if (timer !== null) clearTimeout(timer);
      const made = waiting ?? make();
      waiting = null;
      try {
        const result = await made;
        if (result.done) end();
        // The timer fires when the thread is idle: after the computations of the loop's body, while it waits.
        else if (!ended)
          timer = setTimeout(() => {
            timer = null;
            waiting = make();
          });
        return result;
      } catch (error) {
        end();
        throw error;
      }
    },
    async return() {
      end();
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}

async function attempt<T>(action: () => T | Promise<T>): Promise<T> {
  return await action();
}
