// Small pictures, drawn in the colour of the text around them. Decoration: what they mean stands beside them in words.

import { html, svg } from "./vendor/lit-html/lit-html.js";

/** @param {unknown} shapes */
const icon = (shapes) => html`
  <svg class="icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"
    stroke-linejoin="round" aria-hidden="true">${shapes}</svg>
`;

export const bolt = () => icon(svg`<path d="M11 2.500 4.500 11.500H10l-1 6 6.500-9H10z"/>`);
export const back = () => icon(svg`<path d="M12 4 6 10l6 6"/>`);
export const chat = () => icon(svg`<path d="M4 4h12v9H9l-4 3v-3H4z"/>`);
export const check = () => icon(svg`<path d="m4 10.5 4 4 8-9"/>`);
export const cross = () => icon(svg`<path d="m5 5 10 10M15 5 5 15"/>`);
export const cards = () => icon(svg`<rect x="3" y="6" width="11" height="10" rx="2"/><path d="M7 3h8a2 2 0 0 1 2 2v8"/>`);
export const globe = () =>
  icon(svg`<circle cx="10" cy="10" r="7"/><path d="M3 10h14M10 3c4 4.5 4 9.500 0 14-4-4.500-4-9.500 0-14z"/>`);
export const keyboard = () =>
  icon(svg`<rect x="2.500" y="5" width="15" height="10" rx="2"/><path d="M6 8.500h.01M9 8.500h.01M12 8.500h.01M14.500 8.500h.01M7 12h6"/>`);
export const leave = () => icon(svg`<path d="M8 4H4v12h4M9 10h8m-3-3 3 3-3 3"/>`);
export const moon = () => icon(svg`<path d="M16 11.500A6.500 6.500 0 0 1 8.500 4a6.500 6.500 0 1 0 7.500 7.500z"/>`);
export const pencil = () => icon(svg`<path d="m4 16 1-4 8-8 3 3-8 8z"/>`);
export const search = () => icon(svg`<circle cx="9" cy="9" r="5"/><path d="m13 13 4 4"/>`);
export const send = () => icon(svg`<path d="m3 10 14-6-4 13-3.500-5.500zM9.500 11.500 17 4"/>`);
export const sun = () =>
  icon(svg`<circle cx="10" cy="10" r="3.500"/><path d="M10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M4.300 15.700l1.100-1.100M14.600 5.400l1.100-1.100"/>`);
export const auto = () => icon(svg`<circle cx="10" cy="10" r="7"/><path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor"/>`);
export const clock = () => icon(svg`<circle cx="10" cy="10" r="7"/><path d="M10 6v4l2.500 2"/>`);
export const up = () => icon(svg`<path d="M10 16.500V4m-4.500 4.500L10 4l4.500 4.500"/>`);
export const warning = () => icon(svg`<path d="M10 3 2.500 16.500h15zM10 8.500v3.500M10 14.300h.01"/>`);
