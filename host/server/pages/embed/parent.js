// The helpdesk around the frame: asked which conversation is open, and believed in nothing else. Who says it must be a
// site that the operator has named; what it says chooses among the conversations that the person in this frame may see.

const ASK = "chatwoot-dashboard-app:fetch-info";
/** How often the helpdesk is asked again, since it does not say when another conversation is opened. */
const EVERY = 3000;

/** @param {unknown} value */
const isNumber = (value) => typeof value === "number" && Number.isSafeInteger(value) && value > 0;

/** The conversation of an `appContext`, by the name that it has here; null if there is none in it. @param {unknown} said */
export function conversationOf(said) {
  let context;
  try {
    context = typeof said === "string" ? JSON.parse(said) : null;
  } catch {
    return null;
  }
  if (context?.event !== "appContext") return null;
  const conversation = context.data?.conversation;
  const account = conversation?.account_id ?? conversation?.messages?.[0]?.account_id;
  return isNumber(account) && isNumber(conversation?.id) ? `chatwoot-${account}-${conversation.id}` : null;
}

/** @param {string[]} origins who may be asked and heard @param {(conversation: string) => void} then */
export function ask(origins, then) {
  addEventListener("message", (event) => {
    if (event.source !== window.parent || !origins.includes(event.origin)) return;
    const conversation = conversationOf(event.data);
    if (conversation) then(conversation);
  });
  const again = () => {
    if (document.visibilityState !== "visible") return;
    const around = location.ancestorOrigins?.[0];
    const meant = around ? origins.filter((origin) => origin === around) : origins;
    for (const origin of meant) window.parent.postMessage(ASK, origin);
  };
  again();
  setInterval(again, EVERY);
  document.addEventListener("visibilitychange", again);
}
