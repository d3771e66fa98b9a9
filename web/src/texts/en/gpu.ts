// Why a GPU is not used.
import { reasonIn } from "../reason.ts";

export const gpu = {
  wrong: (op: string) =>
    `In a check it computed “${op}” wrongly. An update of the browser or of the graphics driver may help.`,
  lost: "The system has taken it away from this page, as it does when a driver is updated or when it has too much to do.",
  memory: "It has too little memory for this net.",
  failed: "It stopped with an error.",
};

export const reasonOf = reasonIn(gpu);
