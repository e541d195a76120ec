// Where the customer writes: text that grows, files that are uploaded before they are sent.

import { icon } from "./icons.js";
import { element, sizeOf } from "./text.js";

const MAX_CHARACTERS = 20_000;
const MAX_FILES = 5;
const MAX_FILE_BYTES = 5 * 1024 * 1024;
const ASK_FOR_PERSON = "I would like to talk to a person.";
const ACCEPTED = "image/png,image/jpeg,image/gif,image/webp,application/pdf,text/plain,text/csv,.txt,.csv,.log";

export class Composer {
  // askForPerson: what the button for it writes, where the page says it in other words.
  constructor(chat, { askForPerson }) {
    this.chat = chat;
    this.files = [];
    this.input = element("textarea", {
      rows: "1",
      placeholder: "Write a message…",
      "aria-label": "Your message",
      maxlength: MAX_CHARACTERS,
      enterkeyhint: "send",
      oninput: () => this.onInput(),
      onkeydown: (event) => this.onKey(event),
      onpaste: (event) => this.take(event.clipboardData.files),
    });
    this.picker = element("input", { type: "file", multiple: true, accept: ACCEPTED, hidden: true });
    this.picker.addEventListener("change", () => {
      this.take(this.picker.files);
      this.picker.value = "";
    });
    this.attach = element(
      "button",
      { type: "button", class: "icon", "aria-label": "Attach a file", onclick: () => this.picker.click() },
      icon("clip"),
    );
    this.button = element("button", { type: "submit", class: "icon send", "aria-label": "Send" }, icon("send"));
    this.chips = element("ul", { class: "chips", "aria-label": "Files to send" });
    this.problem = element("p", { class: "problem", role: "alert" });
    const ask = () => this.chat.send(askForPerson || ASK_FOR_PERSON);
    this.person = element("button", { type: "button", class: "person-wanted", hidden: true, onclick: ask });
    this.person.append(icon("person"), "Talk to a person");
    this.node = element(
      "form",
      { class: "composer", onsubmit: (event) => this.submit(event) },
      this.problem,
      this.chips,
      element("div", { class: "row" }, this.attach, this.picker, this.input, this.button),
      this.person,
    );
    this.refresh();
  }

  // Once the customer has asked, an answer is on its way.
  offerPerson(offered) {
    this.person.hidden = !offered || this.chat.link !== "open" || this.chat.outbox.length > 0;
  }

  focus() {
    this.input.focus();
  }

  onInput() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
    this.chat.customerTypes();
    this.refresh();
  }

  onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.node.requestSubmit();
  }

  submit(event) {
    event.preventDefault();
    if (this.button.disabled) return;
    const attachments = this.files.map((file) => file.uploaded);
    this.chat.send(this.input.value.trim(), attachments);
    this.input.value = "";
    this.files = [];
    this.problem.textContent = "";
    this.onInput();
    this.focus();
  }

  take(list) {
    for (const file of list) this.add(file);
  }

  async add(file) {
    this.problem.textContent = "";
    if (this.files.length >= MAX_FILES) return this.complain(`At most ${MAX_FILES} files go with one message.`);
    if (file.size > MAX_FILE_BYTES) return this.complain(`${file.name} is larger than ${sizeOf(MAX_FILE_BYTES)}.`);
    const entry = { name: file.name, size: file.size, uploaded: null };
    this.files.push(entry);
    this.refresh();
    try {
      entry.uploaded = await this.chat.upload(file);
    } catch (error) {
      this.files = this.files.filter((other) => other !== entry);
      this.complain(`${file.name}: ${error.message}`);
    }
    this.refresh();
  }

  complain(text) {
    this.problem.textContent = text;
  }

  refresh() {
    const ready = this.files.every((file) => file.uploaded);
    this.button.disabled = !ready || !(this.input.value.trim() || this.files.length);
    this.attach.disabled = !this.chat.session;
    this.chips.replaceChildren(...this.files.map((file) => this.chip(file)));
  }

  chip(file) {
    const remove = () => {
      this.files = this.files.filter((other) => other !== file);
      this.refresh();
    };
    const label = `Remove ${file.name}`;
    return element(
      "li",
      { class: file.uploaded ? "chip" : "chip busy" },
      icon("file"),
      element("span", {}, file.name),
      element("small", {}, file.uploaded ? sizeOf(file.size) : "Uploading…"),
      element("button", { type: "button", class: "icon small", "aria-label": label, onclick: remove }, icon("close")),
    );
  }
}
