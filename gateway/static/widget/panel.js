// The chat panel: who answers, the transcript, the state of the connection, the composer.

import { Composer } from "./composer.js";
import { icon } from "./icons.js";
import { Rating } from "./rating.js";
import { element } from "./text.js";
import { Transcript } from "./transcript.js";

// What the customer is told about where the conversation stands.
function statusOf(chat) {
  const { status, owner_kind: owner } = chat.status;
  if (status === "resolved") return { tone: "quiet", text: "This conversation is closed. Write to open it again." };
  if (status === "snoozed") return { tone: "quiet", text: "We are on it and will come back to you here." };
  if (status === "awaiting_approval") return { tone: "wait", text: "A colleague is checking the answer." };
  if (owner !== "human_agent") return { tone: "ai", text: "AI assistant. Ask for a person anytime." };
  const answered = chat.messages.findLast((message) => message.author.endsWith("_agent"))?.author === "human_agent";
  if (answered) return { tone: "person", text: "You are talking to a person now." };
  return { tone: "wait", text: "A colleague will answer you here." };
}

export class Panel {
  constructor(chat, { title, askForPerson, closable, onclose }) {
    this.chat = chat;
    this.transcript = new Transcript(chat);
    this.composer = new Composer(chat, { askForPerson });
    this.rating = new Rating(chat);
    this.status = element("p", { class: "status", role: "status" });
    this.banner = element("div", { class: "banner", role: "status", hidden: true });
    this.seal = element("span", { class: "seal", "aria-hidden": "true" });
    const close = element("button", { type: "button", class: "icon", "aria-label": "Close the chat", onclick: onclose });
    close.append(icon("close"));
    const heading = element("div", { class: "heading" }, element("h2", { id: "title" }, title), this.status);
    this.node = element(
      "section",
      { class: "panel", role: closable ? "dialog" : "region", "aria-labelledby": "title" },
      element("header", {}, this.seal, heading, closable ? close : null),
      this.banner,
      this.transcript.node,
      this.rating.node,
      this.composer.node,
    );
    this.acceptDrops();
    chat.addEventListener("change", (event) => this.update(event.detail));
    addEventListener("focus", () => this.markRead());
    document.addEventListener("visibilitychange", () => this.markRead());
    this.update();
  }

  update(what) {
    if (what === "restart") this.transcript.clear();
    const { tone, text } = statusOf(this.chat);
    this.node.dataset.tone = tone;
    if (this.shownTone !== tone) this.seal.replaceChildren(icon(tone === "person" ? "person" : "spark"));
    this.shownTone = tone;
    if (this.status.textContent !== text) this.status.textContent = text;
    this.showBanner();
    this.transcript.update();
    this.rating.update();
    this.composer.offerPerson(tone === "ai");
    if (what === "link") this.composer.refresh();
    this.markRead();
  }

  showBanner() {
    const { link, notice } = this.chat;
    const words = { lost: notice ?? "Connection lost. Trying again…", ended: "This session has ended.", open: notice };
    const text = words[link] ?? "";
    const key = `${link} ${text}`;
    if (key === this.shownBanner) return;
    this.shownBanner = key;
    this.banner.hidden = !text;
    this.banner.className = `banner ${link}`;
    const [label, action] =
      link === "ended"
        ? ["Start a new conversation", () => this.chat.startAgain()]
        : ["Try now", () => this.chat.reconnectNow()];
    const button = element("button", { type: "button", class: "link", onclick: action }, label);
    this.banner.replaceChildren(element("span", {}, text), ...(link === "open" ? [] : [button]));
  }

  // Seen means: the panel is shown, in a page that is shown.
  markRead() {
    if (document.visibilityState === "visible" && this.node.isConnected && this.node.offsetParent) this.chat.markRead();
  }

  acceptDrops() {
    const over = (event, active) => {
      event.preventDefault();
      this.node.classList.toggle("dropping", active);
    };
    this.node.addEventListener("dragover", (event) => over(event, true));
    this.node.addEventListener("dragleave", (event) => over(event, false));
    this.node.addEventListener("drop", (event) => {
      over(event, false);
      this.composer.take(event.dataTransfer.files);
    });
  }
}
