// The list of messages: appends what is new, updates the state of the customer's own, never redraws what stands.

import { icon } from "./icons.js";
import { dayOf, element, formatted, plain, sizeOf, timeOf } from "./text.js";

const NEAR_END_PX = 80;
const GROUPED_WITHIN_MS = 120_000;
const WORDS = {
  waiting: "Sending…",
  sending: "Sending…",
  delayed: "Not sent yet, trying again…",
  refused: "Not sent",
  received: "Received",
};

/** A sentence of the organisation itself; an AI agent that speaks first, as on a journey, says a message. */
const isOfOrganisation = (message) => message.kind === "notice" && message.author !== "ai_agent";

export class Transcript {
  constructor(chat) {
    this.chat = chat;
    this.list = element("ol", { class: "messages", role: "log", "aria-label": "Messages", "aria-live": "polite" });
    this.pending = element("ol", { class: "messages pending", "aria-label": "Messages on their way" });
    this.typing = element(
      "div",
      { class: "typing", role: "status", hidden: true },
      element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i")),
      element("span", { class: "visually-hidden" }, "An answer is being prepared"),
    );
    this.node = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Conversation" });
    this.node.append(element("div", { class: "fill" }), this.list, this.pending, this.typing);
    this.following = true;
    this.node.addEventListener("scroll", () => (this.following = this.atEnd()));
    new ResizeObserver(() => this.following && this.scrollToEnd()).observe(this.node);
    this.clear();
  }

  clear() {
    this.list.replaceChildren();
    this.shownSeq = 0;
    this.previous = null;
    this.greeted = false;
  }

  update() {
    this.greet();
    for (const message of this.chat.messages) if (message.seq > this.shownSeq) this.append(message);
    this.pending.replaceChildren(...this.chat.outbox.map((entry) => this.pendingItem(entry)));
    this.showStates();
    this.typing.hidden = !this.chat.typing;
    if (this.following) this.scrollToEnd();
  }

  greet() {
    if (this.greeted || !this.chat.greeting || this.chat.link === "idle") return;
    this.greeted = true;
    const greeting = { author: "ai_agent", kind: "reply", text: this.chat.greeting, at: new Date().toISOString() };
    this.list.append(this.item({ ...greeting, attachments: [], citations: [] }, false));
  }

  append(message) {
    this.shownSeq = message.seq;
    if (!this.previous || dayOf(this.previous.at) !== dayOf(message.at)) {
      this.list.append(element("li", { class: "day" }, dayOf(message.at)));
    }
    this.list.append(this.item(message, this.continues(message)));
    this.previous = message;
  }

  continues(message) {
    const previous = this.previous;
    if (!previous || previous.author !== message.author || isOfOrganisation(previous)) return false;
    return new Date(message.at) - new Date(previous.at) < GROUPED_WITHIN_MS;
  }

  item(message, continued) {
    if (isOfOrganisation(message)) return element("li", { class: "notice" }, element("span", {}, message.text));
    const own = message.author === "customer";
    const person = message.author === "human_agent";
    const side = own ? "own" : person ? "person" : "ai";
    const bubble = element("div", { class: "bubble" });
    if (message.text) bubble.append(own ? plain(message.text) : formatted(message.text));
    for (const attachment of message.attachments ?? []) bubble.append(this.attachment(attachment));
    const item = element("li", { class: `message ${side}${continued ? " continued" : ""}` });
    if (message.seq) item.dataset.seq = message.seq;
    if (!own && !continued) item.append(this.byline(person, message.at));
    item.append(bubble);
    if (message.citations?.length) item.append(this.sources(message.citations));
    if (own) item.append(element("span", { class: "state" }));
    return item;
  }

  byline(person, at) {
    const name = person ? "Colleague" : "AI assistant";
    return element(
      "div",
      { class: "byline" },
      element("span", { class: "avatar" }, icon(person ? "person" : "spark")),
      element("span", {}, name),
      element("time", { datetime: at }, timeOf(at)),
    );
  }

  sources(citations) {
    const items = citations.map((citation) => {
      const web = /^https?:\/\//.test(citation.source ?? "");
      const title = web
        ? element("a", { href: citation.source, target: "_blank", rel: "noopener noreferrer" }, citation.title)
        : element("strong", {}, citation.title);
      return element("li", {}, title, citation.quote ? element("q", {}, citation.quote) : null);
    });
    const label = citations.length === 1 ? "1 source" : `${citations.length} sources`;
    const sources = element(
      "details",
      { class: "sources" },
      element("summary", {}, icon("book"), label),
      element("ul", {}, ...items),
    );
    // Those of the last message open below what is seen.
    sources.addEventListener("toggle", () => sources.open && sources.scrollIntoView({ block: "nearest" }));
    return sources;
  }

  attachment(attachment) {
    const open = async () => {
      const address = URL.createObjectURL(await this.chat.download(attachment));
      element("a", { href: address, download: attachment.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    };
    const size = element("small", {}, sizeOf(attachment.size_bytes));
    const name = element("span", {}, attachment.name);
    return element("button", { class: "file", type: "button", onclick: open }, icon("file"), name, size);
  }

  pendingItem(entry) {
    const item = this.item({ ...entry, author: "customer", kind: "customer" }, false);
    item.classList.add(entry.state);
    const state = item.querySelector(".state");
    state.textContent = entry.state === "refused" ? `${WORDS.refused}: ${entry.problem}` : WORDS[entry.state];
    if (entry.state === "delayed") state.append(this.action("Try now", () => this.chat.tryAgain(entry.id)));
    if (entry.state === "refused") state.append(this.action("Remove", () => this.chat.discard(entry.id)));
    return item;
  }

  action(label, onclick) {
    return element("button", { type: "button", class: "link", onclick }, label);
  }

  // Only the latest of the customer's messages says how far it has come.
  showStates() {
    const own = [...this.list.querySelectorAll(".message.own")];
    for (const item of own.slice(-3)) item.querySelector(".state").textContent = "";
    const last = own.at(-1);
    if (!last || this.chat.outbox.length) return;
    last.querySelector(".state").textContent = Number(last.dataset.seq) <= this.chat.readSeq ? "Read" : "Delivered";
  }

  atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  scrollToEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }
}
