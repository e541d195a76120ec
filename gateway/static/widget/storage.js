// What survives a reload. The session is shared by all tabs, the outbox belongs to one tab. Where a browser forbids
// storage, the chat works until the page is left.

function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

export class ChatStorage {
  constructor(name) {
    this.sessionKey = `holdfast.session.${name}`;
    this.outboxKey = `holdfast.outbox.${name}`;
  }

  session() {
    return attempt(() => JSON.parse(localStorage.getItem(this.sessionKey)));
  }

  keepSession(session) {
    attempt(() => localStorage.setItem(this.sessionKey, JSON.stringify(session)));
  }

  forgetSession() {
    attempt(() => localStorage.removeItem(this.sessionKey));
  }

  outbox() {
    return attempt(() => JSON.parse(sessionStorage.getItem(this.outboxKey))) ?? [];
  }

  keepOutbox(outbox) {
    attempt(() => sessionStorage.setItem(this.outboxKey, JSON.stringify(outbox)));
  }
}
