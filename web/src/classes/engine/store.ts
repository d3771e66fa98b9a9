// What the engine needs of the browser's storage: the functions of store/store.ts.

export interface Store {
  readonly recall: (key: string) => Promise<unknown>;
  readonly remember: (key: string, value: unknown) => Promise<boolean>;
  readonly forget: (key: string) => Promise<void>;
}
