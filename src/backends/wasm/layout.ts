// Layouts in memory: the bytes of an element, and the words of a program's table, whose address all its functions receive.
export { bytesOf } from "../../schedule/elements.ts";

/**
 * Byte offsets in the table. arena, scratch: their addresses. failure: 0, or 1 + the index of the site that failed; value: the index that
 * was out of range. control, marks: if threads share the program, the addresses of the pool's words and of the program's marks
 * (threads/control.ts). From `states` on: the address of each state, then for each loop the place along dim 0 of its current step.
 */
export const table = { arena: 0, scratch: 4, failure: 8, value: 12, control: 16, marks: 20, states: 24 } as const;

/** The byte offset of the place of a loop's current step. */
export const placeWord = (states: number, repeat: number): number => table.states + 4 * (states + repeat);
