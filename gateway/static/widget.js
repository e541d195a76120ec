// Holdfast web chat for any page:
//
//   <script type="module" src="https://chat.example.com/widget.js" data-title="Support"></script>
//
// data-title         heading of the panel
// data-accent        a CSS colour
// data-theme         "light" or "dark", instead of what the customer's system says
// data-ask-for-person   what the button "Talk to a person" writes
// data-inline        id of an element to fill, instead of a button in the corner
// data-conversation, data-token   a session that your own server asked for, for a customer it has verified

import { Chat } from "./widget/chat.js";
import { icon } from "./widget/icons.js";
import { Panel } from "./widget/panel.js";
import { element } from "./widget/text.js";

const base = new URL(import.meta.url).origin;
const tag = document.querySelector('script[type="module"][src*="widget.js"]');
const options = tag?.dataset ?? {};

function sessionGiven() {
  const { conversation, token } = options;
  return conversation && token ? { conversation_id: conversation, token, greeting: options.greeting ?? "" } : null;
}

function mount(host) {
  const root = host.attachShadow({ mode: "open" });
  const style = element("link", { rel: "stylesheet", href: `${base}/widget/widget.css` });
  const frame = element("div", { class: options.inline ? "frame inline" : "frame" });
  if (options.theme) frame.dataset.theme = options.theme;
  if (options.accent) frame.style.setProperty("--accent", options.accent);
  root.append(style, frame);
  return new Promise((resolve) => {
    style.onload = () => resolve(frame);
    style.onerror = () => resolve(frame);
  });
}

const words = { title: options.title ?? "Support", askForPerson: options.askForPerson };

function inline(frame, chat) {
  frame.append(new Panel(chat, { ...words, closable: false }).node);
  chat.open();
}

function corner(frame, chat) {
  const unread = element("span", { class: "unread", hidden: true });
  const launcher = element("button", { type: "button", class: "launcher", "aria-label": "Open the chat" });
  launcher.append(icon("chat"), unread);
  launcher.setAttribute("aria-expanded", "false");
  const toggle = (open) => {
    panel.node.hidden = !open;
    launcher.setAttribute("aria-expanded", String(open));
    frame.classList.toggle("opened", open);
    if (!open) return launcher.focus();
    unread.hidden = true;
    chat.open();
    panel.update();
    panel.transcript.scrollToEnd();
    return panel.composer.focus();
  };
  const panel = new Panel(chat, { ...words, closable: true, onclose: () => toggle(false) });
  panel.node.hidden = true;
  panel.node.addEventListener("keydown", (event) => event.key === "Escape" && toggle(false));
  launcher.addEventListener("click", () => toggle(panel.node.hidden));
  chat.addEventListener("change", (event) => {
    if (event.detail === "message" && panel.node.hidden) unread.hidden = false;
  });
  frame.append(panel.node, launcher);
  if (chat.session) chat.open();
}

const host = options.inline ? document.getElementById(options.inline) : document.body.appendChild(element("div"));
const chat = new Chat(base, sessionGiven());
mount(host).then((frame) => (options.inline ? inline(frame, chat) : corner(frame, chat)));
