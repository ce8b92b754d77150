// Words of the panel in a helpdesk, in English. The other dictionaries have the same keys.

export default {
  "embed.title": "Suggestions for this conversation",
  "embed.out": "Log in to see suggestions for this conversation.",
  "embed.log_in": "Log in",
  "embed.popup": "A window opens for that. Your helpdesk never sees your password.",
  "embed.blocked": "The browser did not open the window. Allow pop-ups for this site and try again.",
  "embed.wait": "Open a conversation in your helpdesk; its suggestions appear here.",
  "embed.nowhere": "This page belongs into a helpdesk's frame. The desk is at",
  "embed.not_allowed": "No helpdesk may show this page yet. An operator names its address under embed_in in the host's file.",
  "embed.unknown": "Nothing has been heard of this conversation yet. Suggestions come with the customer's next message.",
  "embed.failed": "The conversation cannot be read.",
  "embed.copy": "Copy",
  "embed.copied": "Copied. Paste it into the reply box.",
  "embed.not_copied": "The browser does not let this page copy. Select the text and copy it.",
  "embed.reasons": "Why does it not fit?",
  "embed.done": "Logged in. This window closes by itself.",
  "embed.no_opener": "Open this window from the panel in your helpdesk, with the button there.",
  "embed.not_agent": "This person is no agent. Ask an operator for the role agent.",
};
