// The next batch made while a step runs. JavaScript has one thread for both, so this can only use the time in which that thread
// waits: for a GPU, for `await …read()`, for a file. A step that computes in this thread, as compiled WebAssembly does, leaves no such
// time, and nothing is lost either: the batch is then made when it is asked for, as without prefetch.

/**
 * The same items in the same order. While the loop's body awaits something longer than a promise that is there already, the next
 * item is made; never more than one ahead. Leaving the loop early ends the source; what it throws is thrown where the item
 * would have come.
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
    // Whoever asks for it gets the error; until then it is nobody's.
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
        // A timer fires once the thread has nothing else to do: after the body's own computing, within its waiting.
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
