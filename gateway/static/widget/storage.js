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
    this.ratedKey = `holdfast.rated.${name}`;
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

  // The last message that was there when the customer rated this conversation.
  ratedSeq(session) {
    const [conversation, seq] = attempt(() => JSON.parse(localStorage.getItem(this.ratedKey))) ?? this.rated ?? [];
    return conversation === session?.conversation_id ? seq : 0;
  }

  keepRatedSeq(session, seq) {
    this.rated = [session.conversation_id, seq];
    attempt(() => localStorage.setItem(this.ratedKey, JSON.stringify(this.rated)));
  }

  outbox() {
    return attempt(() => JSON.parse(sessionStorage.getItem(this.outboxKey))) ?? [];
  }

  keepOutbox(outbox) {
    attempt(() => sessionStorage.setItem(this.outboxKey, JSON.stringify(outbox)));
  }
}
