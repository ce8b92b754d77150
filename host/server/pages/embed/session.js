// Who is logged in, inside of another site's frame. No cookie of ours comes along there, so a window of our own logs in
// and hands over a token that opens what an agent needs. It lives in this frame's memory and, as long as the tab, in its
// storage, which browsers keep apart for each site around the frame, or refuse: then the window opens and closes at once.

import { useToken } from "../shared/session.js";

const KEY = "cuecard.embed";

/** @type {Window | null} */
let popup = null;

/** Takes up what was handed over before in this tab. */
export function recall() {
  try {
    useToken(sessionStorage.getItem(KEY) ?? "");
  } catch {
    // A browser that keeps nothing: one logs in again.
  }
}

/** @param {string} token */
function take(token) {
  useToken(token);
  try {
    if (token) sessionStorage.setItem(KEY, token);
    else sessionStorage.removeItem(KEY);
  } catch {
    // It holds as long as the frame.
  }
}

export const forget = () => take("");

/** Opens the window; `false` if the browser did not. */
export function openLogin() {
  popup = window.open("/desk/embed/login", "cuecard-login", "popup,width=440,height=620");
  return popup !== null;
}

/** @param {() => void} then */
export function whenHandedOver(then) {
  addEventListener("message", (event) => {
    if (event.origin !== location.origin || !popup || event.source !== popup) return;
    const token = event.data?.cuecard_session;
    if (typeof token !== "string" || !token) return;
    take(token);
    popup = null;
    then();
  });
}
