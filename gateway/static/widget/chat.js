// One conversation over one WebSocket: resumes after a lost connection, and keeps what is not yet received in an
// outbox. A message goes out again with the same id until the gateway says "received", so it arrives exactly once.

import { ChatStorage } from "./storage.js";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
const RECEIVED_WITHIN_MS = 12_000;
const PING_EVERY_MS = 20_000;
const SILENT_FOR_MS = 45_000;
const SESSION_ENDED = new Set([4401, 4404]);

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Chat extends EventTarget {
  // base: origin of the gateway. given: a session that the page's own server asked for, if any.
  constructor(base, given = null) {
    super();
    this.base = base;
    this.storage = new ChatStorage(new URL(base).host);
    this.session = given ?? this.storage.session();
    this.messages = [];
    this.outbox = this.storage.outbox();
    this.status = { status: "open", owner_kind: "ai_agent" };
    this.readSeq = 0;
    this.typing = false;
    this.link = "idle";
    this.notice = null;
    this.failures = 0;
    addEventListener("online", () => this.reconnectNow());
    addEventListener("offline", () => this.drop());
  }

  get lastSeq() {
    return this.messages.at(-1)?.seq ?? 0;
  }

  get greeting() {
    return this.session?.greeting ?? "";
  }

  async open() {
    if (this.link !== "idle") return;
    this.setLink("connecting");
    try {
      this.session ??= await this.createSession();
    } catch (error) {
      this.notice = error.message;
      this.retryLater();
      return;
    }
    this.connect();
  }

  async createSession() {
    const session = await this.request("/v1/chat/sessions", { method: "POST" });
    this.storage.keepSession(session);
    return session;
  }

  async request(path, options) {
    let response;
    try {
      response = await fetch(this.base + path, options);
    } catch {
      throw new Error("There is no connection. Trying again.");
    }
    const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.detail ?? "The chat is not available at the moment.");
    return answer;
  }

  connect() {
    clearTimeout(this.retryTimer);
    const address = new URL(`/v1/chat/${this.session.conversation_id}`, this.base);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => this.sendFrame({ type: "hello", token: this.session.token, last_seq: this.lastSeq });
    socket.onmessage = (event) => this.onFrame(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.socket && this.onClose(event);
  }

  sendFrame(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  onFrame(frame) {
    this.heardAt = Date.now();
    const handlers = {
      welcome: () => this.onWelcome(frame),
      message: () => this.addMessages([frame]),
      received: () => this.onReceived(frame.id),
      status: () => (this.status = frame),
      typing: () => (this.typing = frame.active),
      read: () => (this.readSeq = frame.seq),
      error: () => this.onError(frame),
    };
    handlers[frame.type]?.();
    this.changed(frame.type);
  }

  onWelcome(frame) {
    this.failures = 0;
    this.notice = null;
    this.status = frame.conversation;
    this.readSeq = frame.read_seq;
    this.typing = false;
    this.addMessages(frame.messages);
    for (const entry of this.outbox) if (entry.state === "sending" || entry.state === "delayed") entry.state = "waiting";
    this.setLink("open");
    this.startPings();
    this.sendNext();
  }

  addMessages(messages) {
    for (const message of messages) {
      if (message.seq <= this.lastSeq) continue;
      this.messages.push(message);
      this.removeFromOutbox(message.id);
    }
    this.sendNext();
  }

  // The outbox: entries are {id, text, attachments, at, state, problem}, sent one after the other, in order.

  send(text, attachments = []) {
    this.outbox.push({ id: randomId(), text, attachments, at: new Date().toISOString(), state: "waiting" });
    this.keepOutbox();
    this.changed("outbox");
    this.sendNext();
  }

  sendNext() {
    const head = this.outbox.find((entry) => entry.state !== "received" && entry.state !== "refused");
    if (head?.state !== "waiting" || this.link !== "open") return;
    head.state = "sending";
    const attachments = head.attachments.map((attachment) => attachment.attachment_id);
    this.sendFrame({ type: "message", id: head.id, text: head.text, attachments });
    clearTimeout(this.receiveTimer);
    this.receiveTimer = setTimeout(() => this.tryAgain(head.id), RECEIVED_WITHIN_MS);
    this.changed("outbox");
  }

  onReceived(id) {
    const entry = this.outbox.find((candidate) => candidate.id === id);
    if (entry) entry.state = "received";
    clearTimeout(this.receiveTimer);
    this.sendFailures = 0;
    this.keepOutbox();
    this.sendNext();
  }

  onError(frame) {
    const entry = this.outbox.find((candidate) => candidate.id === frame.id);
    if (!entry) {
      this.notice = frame.problem.detail;
      return;
    }
    clearTimeout(this.receiveTimer);
    entry.problem = frame.problem.detail;
    entry.state = frame.retry ? "delayed" : "refused";
    if (frame.retry) this.receiveTimer = setTimeout(() => this.tryAgain(entry.id), this.nextSendDelay());
    this.keepOutbox();
    this.sendNext();
  }

  nextSendDelay() {
    this.sendFailures = (this.sendFailures ?? 0) + 1;
    return Math.min(LONGEST_RETRY_MS, 1000 * 2 ** (this.sendFailures - 1));
  }

  tryAgain(id) {
    const entry = this.outbox.find((candidate) => candidate.id === id);
    if (!entry || entry.state === "received") return;
    entry.state = "waiting";
    this.sendNext();
  }

  discard(id) {
    this.removeFromOutbox(id);
    this.changed("outbox");
    this.sendNext();
  }

  removeFromOutbox(id) {
    this.outbox = this.outbox.filter((entry) => entry.id !== id);
    this.keepOutbox();
  }

  keepOutbox() {
    this.storage.keepOutbox(this.outbox);
  }

  // Files, ratings, reading, typing.

  async upload(file) {
    const body = new FormData();
    body.append("file", file, file.name);
    const headers = { Authorization: `Bearer ${this.session.token}` };
    return this.request(`/v1/chat/${this.session.conversation_id}/files`, { method: "POST", body, headers });
  }

  async download(attachment) {
    const path = `/v1/chat/${this.session.conversation_id}/files/${attachment.attachment_id}`;
    const response = await fetch(this.base + path, { headers: { Authorization: `Bearer ${this.session.token}` } });
    if (!response.ok) throw new Error("The file could not be loaded.");
    return response.blob();
  }

  // A rating is asked for once each time that the conversation is closed.

  get ratingWanted() {
    const { status } = this.status;
    return this.link === "open" && status === "resolved" && this.storage.ratedSeq(this.session) < this.lastSeq;
  }

  async rate(score, comment = "") {
    const headers = { Authorization: `Bearer ${this.session.token}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ rating_id: randomId(), score, comment });
    await this.request(`/v1/chat/${this.session.conversation_id}/ratings`, { method: "POST", headers, body });
    this.storage.keepRatedSeq(this.session, this.lastSeq);
  }

  markRead() {
    const seq = this.messages.findLast((message) => message.author !== "customer")?.seq ?? 0;
    if (this.link !== "open" || seq <= (this.markedRead ?? 0)) return;
    this.markedRead = seq;
    this.sendFrame({ type: "read", seq });
  }

  customerTypes() {
    const now = Date.now();
    if (now - (this.typedAt ?? 0) < 3000) return;
    this.typedAt = now;
    this.sendFrame({ type: "typing" });
  }

  // The connection's health.

  startPings() {
    clearInterval(this.pingTimer);
    this.heardAt = Date.now();
    this.pingTimer = setInterval(() => {
      if (Date.now() - this.heardAt > SILENT_FOR_MS) this.drop();
      else this.sendFrame({ type: "ping" });
    }, PING_EVERY_MS);
  }

  onClose(event) {
    clearInterval(this.pingTimer);
    clearTimeout(this.receiveTimer);
    this.typing = false;
    if (SESSION_ENDED.has(event.code)) {
      this.storage.forgetSession();
      this.session = null;
      this.setLink("ended");
      return;
    }
    this.retryLater();
  }

  // A dead connection may take minutes to say so: let go of it at once.
  drop() {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    if (this.link === "open") this.onClose({ code: 1006 });
  }

  retryLater() {
    this.setLink("lost");
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures++);
    this.retryTimer = setTimeout(() => this.reconnectNow(), delay * (0.75 + Math.random() / 2));
  }

  reconnectNow() {
    if (this.link !== "lost") return;
    clearTimeout(this.retryTimer);
    this.link = "idle";
    this.open();
  }

  // After the session has ended: a new conversation, which takes along what was never sent.
  startAgain() {
    this.messages = [];
    this.markedRead = 0;
    this.outbox = this.outbox.filter((entry) => entry.state !== "received");
    this.link = "idle";
    this.changed("restart");
    this.open();
  }

  setLink(link) {
    this.link = link;
    this.changed("link");
  }

  changed(what) {
    this.dispatchEvent(new CustomEvent("change", { detail: what }));
  }
}
