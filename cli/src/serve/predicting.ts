// POST /predict: the pictures of a request, and the answers for them, with the numbers that predict gives for the same files.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Description } from "chainrule/model";
import { answerFields } from "../predict/answers.ts";
import { percent } from "../wording.ts";
import { ClientGone, withBody } from "./body.ts";
import type { Budget } from "./budget.ts";
import { filesOf, isForm, type Sent } from "./form.ts";
import type { Limits } from "./limits.ts";
import type { Recogniser } from "./recogniser.ts";
import { comeAgain, Refusal, shortened } from "./refusal.ts";
import { jsonReply, type Reply } from "./reply.ts";

export interface Predicting {
  readonly description: Description;
  readonly recogniser: Pick<Recogniser, "answer">;
  readonly limits: Limits;
  /** The bytes of all bodies. */
  readonly held: Budget;
  /** The requests whose pictures are worked on. */
  readonly working: Budget;
}

/** A reply, and what is written of it in the log. */
export interface Answered extends Reply {
  readonly note: string;
}

/** Answers a request. Throws a Refusal, and ClientGone where the client went away. */
export async function predictSent(
  request: IncomingMessage,
  response: ServerResponse,
  { query, predicting }: { readonly query: URLSearchParams; readonly predicting: Predicting },
): Promise<Answered> {
  const top = topIn(query);
  const type = request.headers["content-type"];
  const form = isForm(type);
  return withBody(request, predicting, async (body) => {
    if (body.length === 0) throw new Refusal(400, "body", "the body is empty; send a picture's bytes");
    const sent = form ? await filesOf(type ?? "", body, predicting.limits) : [{ name: null, bytes: body }];
    const answers = await predicting.working.during(() =>
      inTime(response, predicting.limits, (signal) => answersTo(sent, top, { predicting, signal })),
    );
    const note = answers.map(({ words }) => words).join(", ");
    if (form) return { ...jsonReply(200, { answers: answers.map(({ fields }) => fields) }), note };
    const [{ fields, refusal }] = answers;
    if (refusal !== null) throw refusal;
    return { ...jsonReply(200, fields), note };
  });
}

interface One {
  readonly fields: Record<string, unknown>;
  readonly words: string;
  readonly refusal: Refusal | null;
}

interface Work {
  readonly predicting: Predicting;
  readonly signal: AbortSignal;
}

/** The answer to each picture, or the reason why there is none. */
function answersTo(sent: readonly Sent[], top: number | undefined, work: Work): Promise<readonly One[]> {
  const { description, recogniser } = work.predicting;
  return Promise.all(
    sent.map(async ({ name, bytes }): Promise<One> => {
      const named = name === null ? {} : { file: name };
      try {
        const probabilities = await recogniser.answer(bytes, work.signal);
        const fields = answerFields({ classes: description.classes, probabilities, top });
        return {
          fields: { ...named, ...fields },
          words: `${fields.class} (${percent(fields.probability)})`,
          refusal: null,
        };
      } catch (error) {
        if (!(error instanceof Refusal) || error.status >= 500) throw error;
        return { fields: { ...named, error: error.fields }, words: error.message, refusal: error };
      }
    }),
  );
}

/** Does the work, until the time is over or the client has gone. */
async function inTime<T>(
  response: ServerResponse,
  { answerSeconds: seconds }: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const goes = () => stop.abort(new ClientGone());
  const late = comeAgain(503, "busy", `there was no answer within ${seconds} seconds; come again`);
  const timer = setTimeout(() => stop.abort(late), 1000 * seconds);
  response.on("close", goes);
  const stopped = new Promise<never>((_, reject) =>
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason)),
  );
  try {
    return await Promise.race([work(stop.signal), stopped]);
  } finally {
    clearTimeout(timer);
    response.off("close", goes);
  }
}

/** The number of likeliest classes; undefined: the default. Throws a Refusal at anything else in the query. */
function topIn(query: URLSearchParams): number | undefined {
  const unknown = [...query.keys()].find((key) => key !== "top");
  if (unknown !== undefined)
    throw new Refusal(400, "query", `there is no ${JSON.stringify(shortened(unknown))} to ask for; ?top=3 is`);
  const text = query.get("top");
  if (text === null) return undefined;
  const top = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (top < 1 || query.getAll("top").length > 1)
    throw new Refusal(400, "query", `top is a whole number from 1, not ${JSON.stringify(shortened(text))}`);
  return top;
}
