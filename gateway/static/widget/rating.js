// What the customer thought of the help: asked for when the conversation is closed, one click, a comment if they like.

import { icon } from "./icons.js";
import { element } from "./text.js";

const MAX_CHARACTERS = 2000;

export class Rating {
  constructor(chat) {
    this.chat = chat;
    this.node = element("section", { class: "rating", "aria-label": "Your rating", hidden: true });
    this.state = "none";
  }

  update() {
    if (this.chat.status.status !== "resolved") this.show("none");
    else if (this.state === "none" && this.chat.ratingWanted) this.show("question");
  }

  show(state) {
    if (state === this.state) return;
    this.state = state;
    this.node.hidden = state === "none";
    const parts = { none: () => [], question: () => this.question(), comment: () => this.comment(), thanks: () => this.thanks() };
    this.problem = element("p", { class: "problem", role: "alert" });
    this.node.replaceChildren(...parts[state](), this.problem);
    if (state !== "question") this.node.querySelector("textarea, [tabindex]")?.focus();
  }

  question() {
    const choice = (score, label) =>
      element("button", { type: "button", class: "choice", onclick: () => this.rate(score) }, icon(score), label);
    return [
      element("p", {}, "Did this help you?"),
      element("div", { class: "choices" }, choice("good", "Yes"), choice("bad", "No")),
    ];
  }

  comment() {
    const label = this.score === "good" ? "What was good? (optional)" : "What should have gone better? (optional)";
    const input = element("textarea", { rows: "2", maxlength: MAX_CHARACTERS, "aria-label": label, placeholder: label });
    const submit = (event) => {
      event.preventDefault();
      if (input.value.trim()) this.rate(this.score, input.value.trim());
      else this.show("thanks");
    };
    const skip = element("button", { type: "button", class: "link", onclick: () => this.show("thanks") }, "No, thanks");
    const send = element("button", { type: "submit", class: "choice" }, "Send");
    return [element("form", { onsubmit: submit }, input, element("div", { class: "choices" }, send, skip))];
  }

  thanks() {
    return [element("p", { role: "status", tabindex: "-1" }, "Thank you for telling us.")];
  }

  async rate(score, comment) {
    this.problem.textContent = "";
    try {
      await this.chat.rate(score, comment);
    } catch (error) {
      this.problem.textContent = error.message;
      return;
    }
    this.score = score;
    this.show(comment ? "thanks" : "comment");
  }
}
