// Who is logged in, and every call to the host. The session lies in a cookie that this code cannot see; what changes
// something carries the token that only a page of ours can read.

/** @import { Session } from "./types" */

/** What the host says when it does not do something. */
export class Problem extends Error {
  /** @param {number} status @param {string} detail @param {string} [hint]
   * @param {{ file: string, line?: number, column?: number, reason: string, hint?: string }[]} [problems] of a bundle
   * @param {any} [rehearsal] what would be different, where that wants a person's word */
  constructor(status, detail, hint, problems = [], rehearsal = null) {
    super(detail);
    this.status = status;
    this.hint = hint;
    this.problems = problems;
    this.rehearsal = rehearsal;
  }
}

/** @type {Session | null} */
let session = null;

/** Called when the host says that nobody is logged in any more. */
let ended = () => {};

/** In place of the cookie, where none of ours comes along: in another site's frame. */
let token = "";

/** @param {string} given empty: the cookie again */
export function useToken(given) {
  token = given;
}

/** The header that says who asks, if it is not the cookie that does. @returns {Record<string, string>} */
export const authorization = () => (token ? { authorization: `Bearer ${token}` } : {});

/** @param {() => void} then */
export function whenEnded(then) {
  ended = then;
}

/** Who is logged in; null if nobody. @returns {Promise<Session | null>} */
export async function who() {
  try {
    session = await call("GET", "/v1/session");
  } catch (problem) {
    if (!(problem instanceof Problem && problem.status === 401)) throw problem;
    session = null;
  }
  return session;
}

/** How one can log in beside a password: the login service, if there is one. @returns {Promise<{ oidc: { name: string } | null }>} */
export const ways = () => call("GET", "/v1/session/ways");

/** @param {string} name @param {string} password @returns {Promise<Session>} */
export async function logIn(name, password) {
  const begun = /** @type {Session} */ (await call("POST", "/v1/session", { name, password }));
  session = begun;
  return begun;
}

export async function logOut() {
  await call("DELETE", "/v1/session");
  session = null;
}

/**
 * A call to the API. Ends the session's view if the session has ended.
 * @param {"GET" | "POST" | "PUT" | "DELETE"} method @param {string} path @param {unknown} [body]
 * @param {Record<string, string>} [more] headers
 * @returns {Promise<any>}
 */
export async function api(method, path, body, more) {
  try {
    return await call(method, path, body, more);
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) ended();
    throw problem;
  }
}

/** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [more]
 * @returns {Promise<any>} */
async function call(method, path, body, more = {}) {
  /** @type {Record<string, string>} */
  const headers = { ...more, ...authorization() };
  if (method !== "GET" && session) headers["x-csrf-token"] = session.csrf;
  if (body !== undefined) headers["content-type"] = "application/json";
  const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  const credentials = token ? "omit" : "same-origin";
  const response = await fetch(path, { ...request, credentials, cache: "no-store" });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new Problem(response.status, answer?.detail ?? response.statusText, answer?.hint, answer?.problems, answer?.rehearsal);
}
