// Says in words why a download failed: the server's status, or the code that Node gives to a broken connection.

const statuses: ReadonlyMap<number, string> = new Map([
  [401, "the server wants a login"],
  [403, "the server refuses it"],
  [404, "there is no such file"],
  [408, "the server waited too long"],
  [410, "the file is no longer there"],
  [429, "the server has had too many requests"],
]);

/** "there is no such file (HTTP 404)" */
export function statusReason({ status, headers }: Response): string {
  const words = statuses.get(status) ?? (status >= 500 ? "the server is in trouble" : "the server sent no file");
  const wait = /^\d+$/.exec(headers.get("retry-after") ?? "")?.[0];
  return `${words} (HTTP ${status})${wait === undefined ? "" : `; try again in ${wait} s`}`;
}

const codes: ReadonlyMap<string, string> = new Map([
  ["ENOTFOUND", "its name is not known; is there a connection to the internet?"],
  ["EAI_AGAIN", "its name could not be looked up; is there a connection to the internet?"],
  ["ECONNREFUSED", "the connection was refused"],
  ["ECONNRESET", "the connection was cut; try again"],
  ["EPIPE", "the connection was cut; try again"],
  ["UND_ERR_SOCKET", "the connection was cut; try again"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "the connection was cut; try again"],
  ["ENETUNREACH", "the network cannot be reached"],
  ["EHOSTUNREACH", "the server cannot be reached"],
  ["ETIMEDOUT", "the server does not answer"],
  ["UND_ERR_CONNECT_TIMEOUT", "the server does not answer"],
  ["UND_ERR_HEADERS_TIMEOUT", "the server does not answer"],
  ["UND_ERR_BODY_TIMEOUT", "the server sends nothing more"],
  ["ERR_INVALID_URL", "is no address; it begins with https:// or http://"],
]);

/** The reason of an error of fetch, whose cause has the code; with a word about the proxy that Node was not told to use. */
export function networkReason(error: unknown, env: Readonly<NodeJS.ProcessEnv> = process.env): string {
  const chain: unknown[] = [];
  for (let one = error; one instanceof Error && chain.length < 5; one = one.cause) chain.push(one);
  const found = chain.map(codeOf).filter((code) => code !== "");
  const words = found.map((code) => codes.get(code)).find((one) => one !== undefined);
  if (words !== undefined) return words + proxyHint(env);
  const certificate = found.find((code) => /CERT|SIGNATURE|ISSUER|^ERR_TLS/.test(code));
  if (certificate !== undefined)
    return `its certificate could not be verified (${certificate}); NODE_EXTRA_CA_CERTS names a file with further authorities`;
  return (chain.map((one) => (one as Error).message).pop() ?? String(error)) + proxyHint(env);
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");

/** Node uses the proxy of the environment only where it is told to. */
function proxyHint(env: Readonly<NodeJS.ProcessEnv>): string {
  const proxy = env.HTTPS_PROXY ?? env.https_proxy ?? env.HTTP_PROXY ?? env.http_proxy ?? "";
  if (proxy === "" || env.NODE_USE_ENV_PROXY === "1") return "";
  return "; Node uses the proxy of your environment from version 24 on, with NODE_USE_ENV_PROXY=1";
}
