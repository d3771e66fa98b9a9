// The data, the plan and the net of each setting. The pictures of one size are in memory at a time; the others come from the cache.
import { rmSync } from "node:fs";
import type { Description } from "chainrule/model";
import { loadData } from "../data.ts";
import type { Data } from "../data-set.ts";
import { type Replaced, replacedModel, replacedWords } from "../evaluate/test-record.ts";
import { BadInput, GaveUp } from "../failure.ts";
import { loadModel, saveModel } from "../model-file.ts";
import { findCopies } from "../pictures/copy-notes.ts";
import type { Size } from "../pictures/options.ts";
import { fingerprintOf } from "../pictures/shape.ts";
import { isRecord } from "../records.ts";
import { Screen } from "../terminal/screen.ts";
import { changeNames } from "../train/augmentation.ts";
import { checkpointOf } from "../train/checkpoints.ts";
import { tryMirroring } from "../train/mirroring-trial.ts";
import { choosePlan, intend, type Plan } from "../train/plan.ts";
import { checkSize, describe } from "../train/preparing.ts";
import { Recorder, toldOf } from "../train/recorder.ts";
import { test } from "../train/testing.ts";
import { counted, percent } from "../wording.ts";
import { type Identity, Journal, type TrialRecord } from "./journal.ts";
import type { Search } from "./search.ts";
import { maxSide, type Settings, sizeWords } from "./space.ts";
import { trainingCommand } from "./telling.ts";
import { isModelOf, runTrial } from "./trial.ts";

export interface Candidate {
  readonly data: Data;
  readonly plan: Plan;
  readonly description: Description;
}

/** Reads the pictures of further sizes without a word: what there is to say was said of the first. */
class Quiet extends Screen {
  override get redrawn(): boolean {
    return false;
  }

  override say(): void {}
  override draw(): void {}
  override event(): void {}
}

/** By fewer validation pictures trials whose accuracies are ten points apart may be alike. */
const fewPictures = 100;

/** The options that make another search, beside size, seed and validation. */
const searchOptions = ["model", "epochs", "batchSize", "patience", "augment", ...changeNames, "skipBroken"] as const;

export class Candidates {
  readonly #search: Search;
  #current: { readonly size: Size | null; readonly data: Data } | null = null;
  /** Whether a trial decided that pictures are mirrored; null where none did. */
  #flip: boolean | null = null;
  /** The model that a new search replaces; null where there is none, and for a search that goes on. */
  #replaced: Replaced | null = null;

  constructor(search: Search) {
    this.#search = search;
  }

  /** Opens the journal of this search, or begins one. */
  async openJournal(file: string): Promise<Journal> {
    const { space, screen } = this.#search;
    const data = await this.#dataOf(space.first.size, screen);
    for (const note of [...data.notes, ...findCopies(data).notes]) screen.say(note);
    const judged = data.validation?.labels.size ?? 0;
    if (judged < fewPictures)
      screen.say(
        `only ${counted(judged, "validation picture")} to compare the trials by, so that close figures are chance; a larger --validation sets more aside`,
      );
    const identity = this.#identity(data);
    const journal = Journal.find(file, identity) ?? (await this.#begin(file, identity, data));
    this.#flip = journal.flip;
    return journal;
  }

  async #begin(file: string, identity: Identity, data: Data): Promise<Journal> {
    const { screen, out } = this.#search;
    this.#replaced = await replacedModel(out);
    if (this.#replaced !== null) screen.say(replacedWords(this.#replaced));
    return Journal.begin(file, identity, await this.#decideFlip(data));
  }

  #identity({ train, validation }: Data): Identity {
    const { options, space } = this.#search;
    const fingerprints = [train, ...(validation === null ? [] : [validation])].map(fingerprintOf);
    const size = space.sizes.map((one) => one?.join("x") ?? "any").join(",");
    const typed = searchOptions.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
    const { seed } = space;
    return { data: fingerprints.join(), size, seed, validation: this.#search.validation, ...Object.fromEntries(typed) };
  }

  async #decideFlip(data: Data): Promise<boolean | null> {
    const { space, screen, interrupt } = this.#search;
    const { plan, undecided } = this.#choose(space.first, data);
    if (!undecided) return null;
    const decision = await tryMirroring(plan, {
      train: data.train,
      validation: data.validation,
      description: describe(data, plan, data.train),
      screen,
      interrupt,
    });
    if (decision === null) throw new GaveUp();
    screen.say(decision.words);
    return decision.flip;
  }

  #choose({ model, size, lr }: Settings, data: Data): ReturnType<typeof choosePlan> {
    const { options, source, validation } = this.#search;
    const flip = this.#flip === null ? {} : { flip: this.#flip };
    const sized = size === null ? {} : { size };
    return choosePlan(
      intend({ ...options, ...flip, ...sized, model, lr, validation }, source),
      data,
      options.batchSize,
    );
  }

  async of(settings: Settings): Promise<Candidate> {
    const data = await this.#dataOf(settings.size, new Quiet(false));
    const { plan } = this.#choose(settings, data);
    return { data, plan, description: describe(data, plan, data.train) };
  }

  async #dataOf(size: Size | null, screen: Screen): Promise<Data> {
    if (this.#current !== null && String(this.#current.size) === String(size)) return this.#current.data;
    const { source, options, space, validation, interrupt } = this.#search;
    // The pictures of the last size are given up before those of the next one are read.
    this.#current = null;
    const data = await loadData(source, {
      screen,
      seed: space.seed,
      validation,
      cache: options.cache ?? true,
      maxSide,
      size,
      skipBroken: options.skipBroken ?? false,
      check: () => interrupt.check(),
      checkSize: (found) => {
        if (options.model !== undefined) checkSize(options.model, found);
      },
    });
    if (data.validation === null)
      throw new BadInput(
        `${source.name}: has too few pictures to set some aside for validation, by which trials are compared; use chainrule train`,
      );
    this.#current = { size, data };
    return data;
  }

  removeCheckpoint(): void {
    rmSync(checkpointOf(this.#search.out), { force: true });
  }

  /** Tests the best net and says how it is trained again; returns the exit code. */
  async finish({ best, trials, file }: Journal): Promise<number> {
    const { screen, out, word, options, validation, interrupt, began } = this.#search;
    if (best === null || best.best === null)
      throw new BadInput(
        `the loss became infinite in all ${trials.length} trials; remove ${file} and give --model mlp`,
      );
    const candidate = await this.of(best.settings);
    if (!(await this.#isSaved(candidate)) && !(await this.#trainAgain(best, candidate))) return interrupt.exitCode;
    const { net, description, tensors, training } = await loadModel(out);
    const { model, size, lr } = best.settings;
    const command = trainingCommand(word, options, { settings: best.settings, flip: this.#flip, validation });
    screen.say(
      `the best of ${trials.length === 1 ? "one trial" : `${trials.length} trials`} is trial ${best.trial + 1}: ${model}, ${sizeWords(size)}, learning rate ${lr}; ` +
        `of the validation pictures it recognises ${percent(best.best.accuracy)}`,
    );
    screen.say(`this command trains it again: ${command}`);
    screen.event("best", { ...best, command, model: out });
    const save = (record: object) =>
      saveModel(out, description, { tensors, training: { ...(isRecord(training) ? training : {}), test: record } });
    const { data, plan } = candidate;
    return test(
      { screen, description, data, word, out, interrupt },
      {
        net,
        recorder: new Recorder(),
        told: toldOf(plan, null),
        replaced: this.#replaced,
        began,
        page: undefined,
        save,
        copies: async () => findCopies(data),
      },
    );
  }

  async #isSaved(candidate: Candidate): Promise<boolean> {
    try {
      return isModelOf(await loadModel(this.#search.out), candidate);
    } catch (error) {
      if (error instanceof BadInput) return false;
      throw error;
    }
  }

  /** Trains the net of a trial whose model was removed or replaced; false where that was stopped. */
  async #trainAgain({ trial }: TrialRecord, candidate: Candidate): Promise<boolean> {
    const { screen, out, interrupt } = this.#search;
    screen.say(`${out} is not the model of trial ${trial + 1} any more, so that it is trained again`);
    const checkpoint = checkpointOf(out);
    const again = { ...candidate, checkpoint, others: [], signal: interrupt.signal, show: () => {} };
    const result = await runTrial(again);
    if (result === null) return false;
    await result.save(out);
    this.removeCheckpoint();
    return true;
  }
}
