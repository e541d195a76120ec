import type { Room } from "../api/contract";

/** What a room is called: its name, the other person, or the conversation that it is about. */
export function roomName(room: Room, me: string, nameOf: (id: string) => string): string {
  switch (room.kind) {
    case "team":
      return room.name;
    case "direct":
      return nameOf(room.people.find((id) => id !== me) ?? me);
    case "conversation":
      return `About ${room.conversation_id?.slice(-4) ?? "a conversation"}`;
  }
}
