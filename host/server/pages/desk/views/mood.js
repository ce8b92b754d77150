// The mood over the conversation as a small curve, with the places where it turned.

import { html, svg } from "../../shared/vendor/lit-html/lit-html.js";
import { t, tCount, tWord } from "../words.js";

/** @import { Emotion, Message } from "../types" */

const WIDTH = 132;
const HEIGHT = 36;
const EDGE = 5;

/** How bad a message was goes from -0.5, joy, to 1, fury: joy is at the top. @param {number} bad */
const y = (bad) => EDGE + ((Math.min(1, Math.max(-0.5, bad)) + 0.5) / 1.5) * (HEIGHT - 2 * EDGE);

/** @param {Emotion} emotion of the newest message @param {Message[]} messages */
export function curve(emotion, messages) {
  const bad = emotion.curve ?? [];
  if (bad.length < 2) return "";
  const x = (/** @type {number} */ place) => EDGE + (place / (bad.length - 1)) * (WIDTH - 2 * EDGE);
  const points = bad.map((it, place) => `${x(place).toFixed(1)},${y(it).toFixed(1)}`);
  const turns = (emotion.turning_points ?? []).filter((it) => it.message < bad.length);
  const said = messages.filter((it) => it.role === "customer").slice(-bad.length);
  return html`
    <svg class="curve ${emotion.label}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${inWords(emotion)}>
      ${svg`<path class="zero" d="M${EDGE} ${y(0)}H${WIDTH - EDGE}"/>`}
      ${svg`<polygon class="under" points="${x(0)},${y(0)} ${points.join(" ")} ${x(bad.length - 1)},${y(0)}"/>`}
      ${svg`<polyline class="line" points=${points.join(" ")}/>`}
      ${turns.map((turn) => svg`<circle class="turn" cx=${x(turn.message)} cy=${y(bad[turn.message] ?? 0)} r="3.500">
        <title>${t("mood.turned", { number: turn.message + 1 })}: ${excerpt(said[turn.message])}</title></circle>`)}
      ${svg`<circle class="end" cx=${x(bad.length - 1)} cy=${y(bad.at(-1) ?? 0)} r="3"/>`}
    </svg>
  `;
}

/** @param {Emotion} emotion */
function inWords(emotion) {
  const turned = (emotion.turning_points ?? []).map((turn) => t("mood.turned", { number: turn.message + 1 }));
  const now = t("mood.now", { mood: tWord("mood", emotion.label) });
  return [tCount("mood.over", emotion.curve?.length ?? 0), now, ...turned].join(", ");
}

/** @param {Message | undefined} message */
const excerpt = (message) => [...(message?.text ?? "")].slice(0, 60).join("");
