// A request that the server refuses: the status for HTTP, a code for programs, and words for people.

/** What is wrong, as the JSON of an answer names it. "file" and "package" are codes of the library, about a picture. */
export type RefusalCode =
  | "host"
  | "origin"
  | "path"
  | "method"
  | "query"
  | "type"
  | "body"
  | "size"
  | "count"
  | "header"
  | "timeout"
  | "rate"
  | "busy"
  | "stopping"
  | "slow"
  | "file"
  | "package"
  | "internal";

/** As an answer's JSON has it. */
export interface ErrorFields {
  readonly code: string;
  readonly message: string;
}

export class Refusal extends Error {
  readonly status: number;
  readonly code: RefusalCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: RefusalCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  get fields(): ErrorFields {
    return { code: this.code, message: this.message };
  }
}

/** A refusal that asks the client to come again after a second. */
export const comeAgain = (status: 429 | 503, code: RefusalCode, message: string): Refusal =>
  new Refusal(status, code, message, { "Retry-After": "1" });

/** A text of the client for a message: at most 80 characters of it. */
export const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
