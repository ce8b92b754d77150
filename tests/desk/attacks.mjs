// Scripts as strangers write them, for every field that somebody else fills.

export const RUN = "globalThis.__ran=(globalThis.__ran||0)+1";
export const ATTACKS = [
  `<script>${RUN}</script>`,
  `"><script>${RUN}</script>`,
  `</textarea><script>${RUN}</script>`,
  `</title><script>${RUN}</script>`,
  `<img src=x onerror="${RUN}">`,
  `<img src=x onerror=${RUN}//`,
  `" onmouseover="${RUN}" autofocus onfocus="${RUN}`,
  `' onfocus='${RUN}' autofocus tabindex=1 x='`,
  `<svg onload="${RUN}">`,
  `<svg><animate onbegin="${RUN}" attributeName=x dur=1s>`,
  `<svg><script href="data:text/javascript,${RUN}"/>`,
  `<iframe srcdoc="<script>parent.__ran=1</script>">`,
  `<iframe src="javascript:parent.__ran=1">`,
  `<a href="javascript:${RUN}">click</a>`,
  `javascript:${RUN}`,
  `<details open ontoggle="${RUN}">`,
  `<video><source onerror="${RUN}">`,
  `<body onload="${RUN}">`,
  `<style>@import 'data:text/css,*{background:red}';</style>`,
  `<div style="position:fixed;inset:0;background:red">over everything</div>`,
  `<link rel=stylesheet href="data:text/css,*{display:none}">`,
  `<meta http-equiv=refresh content="0;url=data:text/html,gone">`,
  `<base href="https://evil.example/">`,
  `<form action="https://evil.example/"><input name=q autofocus></form>`,
  `<math><mtext><table><mglyph><style><img src=x onerror="${RUN}">`,
  `<template><img src=x onerror="${RUN}"></template>`,
  `\${${RUN}}`,
  `{{constructor.constructor('${RUN}')()}}`,
  `<!--><img src=x onerror="${RUN}">-->`,
  `<?lit$0$?><script>${RUN}</script>`,
  `\u202e<script>${RUN}</script>\u202c`,
  `\u0000<script>${RUN}</script>`,
  `<scr\u0000ipt>${RUN}</scr\u0000ipt>`,
];

/** As a string of Luau. */
export const quote = (text) => `"${[...text].map((sign) => `\\u{${sign.codePointAt(0).toString(16)}}`).join("")}"`;
