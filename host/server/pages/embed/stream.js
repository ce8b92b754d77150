// What happens elsewhere, as it happens, for a page that sends a token: EventSource sends none, so the stream is read by
// fetch, and taken up again by what was heard last.

import { changePage } from "../shared/page.js";
import { authorization } from "../shared/session.js";

/** @typedef {Record<string, (heard: any) => void>} Hears */

/** @type {AbortController | null} */
let line = null;

/**
 * @param {string} conversation what is listened for
 * @param {Hears} hears what is done about each kind of event
 * @param {() => void} reset reads everything anew
 * @param {() => void} ended nobody is logged in any more
 */
export async function listen(conversation, hears, reset, ended) {
  stop();
  const mine = new AbortController();
  line = mine;
  let last = "";
  for (let pause = 1000; line === mine; pause = Math.min(pause * 2, 15_000)) {
    try {
      const path = `/v1/stream?conversation_id=${encodeURIComponent(conversation)}`;
      /** @type {Record<string, string>} */
      const headers = { ...authorization() };
      if (last) headers["last-event-id"] = last;
      const answer = await fetch(path, { headers, signal: mine.signal, cache: "no-store", credentials: "omit" });
      if (answer.status === 401) return ended();
      if (answer.ok && answer.body) {
        pause = 500;
        changePage({ live: "open" });
        if (!last) reset();
        for await (const { event, id, data } of events(answer.body)) {
          if (id) last = id;
          if (event === "reset") reset();
          else if (data) hears[event]?.(JSON.parse(data));
        }
      }
    } catch {
      // Broken, or stopped by us.
    }
    if (line !== mine) return;
    changePage({ live: "lost" });
    await new Promise((then) => setTimeout(then, pause));
  }
}

export function stop() {
  line?.abort();
  line = null;
}

/** @param {ReadableStream<Uint8Array>} body */
async function* events(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const frames = rest.split("\n\n");
    rest = frames.pop() ?? "";
    for (const frame of frames) yield fields(frame);
  }
}

/** @param {string} frame */
function fields(frame) {
  const found = { event: "message", id: "", data: "" };
  for (const text of frame.split("\n")) {
    const at = text.indexOf(": ");
    const name = text.slice(0, at);
    if (name === "event" || name === "id" || name === "data") found[name] = text.slice(at + 2);
  }
  return found;
}
