// Where things lie: the bytes of an element, and the words of the table that a program's functions are given.
import type { DType } from "../../tensor/dtype.ts";

const elementBytes = { float32: 4, float64: 8, int32: 4, uint8: 1, bool: 1 } as const satisfies Record<DType, number>;

/** Of one element; bool is 0 or 1. */
export const bytesOf = (dtype: DType): number => elementBytes[dtype];

/**
 * Byte offsets in the table: the address of the arena, of the scratch memory, the failure (0, or 1 + index into the program's
 * sites), the index value that failed, if threads share the program their words and its marks (threads/control.ts), and from `states` on
 * the address of each state's home.
 */
export const table = { arena: 0, scratch: 4, failure: 8, value: 12, control: 16, marks: 20, states: 24 } as const;
