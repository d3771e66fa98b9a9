// What went wrong by somebody's file or network, in words for the page. Anything else that is thrown is our own bug.
export class Trouble extends Error {}

/** Data that could not be fetched, which may be there the next time. */
export class Missing extends Trouble {}
