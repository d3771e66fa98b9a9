// What the server and the page say of a model: its classes, its net, how it was trained, and how good it was in its test.
import type { Sequential } from "chainrule";
import type { Description } from "chainrule/model";
import { testRecordOf } from "../evaluate/test-record.ts";
import { isRecord } from "../records.ts";
import { version } from "../version.ts";
import { counted, percent, thousands } from "../wording.ts";

export interface Told {
  readonly name: string;
  readonly description: Description;
  readonly net: Sequential;
  /** The record of the training in the model file. */
  readonly training: unknown;
}

/** The options of a training that are told. All else in the record is for going on with it. */
const options = ["from", "penalty", "model", "epochs", "batchSize", "lr", "augment", "validation", "seed"] as const;

/** All that is told, for programs. */
export function aboutModel({ name, description, net, training }: Told): Record<string, unknown> {
  const { architecture, input, classes, normalisation, framing } = description;
  const record = isRecord(training) ? training : {};
  const test = testRecordOf(training);
  return {
    model: name,
    classes,
    input: { channels: input[0], height: input[1], width: input[2] },
    framing,
    normalisation,
    architecture,
    parameters: parametersOf(net),
    training: Object.fromEntries(options.flatMap((key) => (key in record ? [[key, record[key]]] : []))),
    test: test === null ? null : { accuracy: test.accuracy, pictures: test.pictures },
    chainrule: version,
  };
}

/** Sentences about the model, for people. */
export function modelInWords({ description, net, training }: Told): readonly string[] {
  const { architecture, input, classes } = description;
  const [channels, height, width] = input;
  const [[first]] = architecture;
  const test = testRecordOf(training);
  const kind = isRecord(training) && typeof training.from === "string" ? `a classifier on ${first}` : "a net";
  return [
    test === null
      ? "The model file has no record of a test."
      : `This net recognised ${percent(test.accuracy)} of ${counted(test.pictures, "test picture")}.`,
    `It is ${kind} with ${thousands(parametersOf(net))} parameters, for ${counted(classes.length, "class", "classes")}, ` +
      `and sees each picture in ${width}×${height} pixels, ${channels === 1 ? "grey" : "in colour"}.`,
  ];
}

const parametersOf = (net: Sequential) => net.parameters().reduce((sum, { size }) => sum + size, 0);
