import { ActionIcon, Badge, Loader, Text, Title, Tooltip } from "@mantine/core";
import { IconHash, IconPlus, IconTicket } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import type { Room } from "../api/contract";
import { may, useMe, useNameOf, usePeople } from "../api/me";
import listClasses from "../inbox/ConversationList.module.css";
import { Avatar } from "../shell/Avatar";
import { ProblemAlert } from "../shell/ProblemAlert";
import { OpenRoom } from "./OpenRoom";
import { roomName } from "./names";
import classes from "./Colleagues.module.css";

interface Given {
  rooms: UseQueryResult<Room[]>;
  chosen: string | null;
}

const KINDS: [Room["kind"], string][] = [
  ["team", "Channels"],
  ["direct", "Direct messages"],
  ["conversation", "About conversations"],
];

export function RoomList({ rooms, chosen }: Given) {
  const me = useMe();
  const [isOpening, setOpening] = useState(false);
  return (
    <section className={listClasses.list} aria-label="Rooms">
      <header className={listClasses.head}>
        <Title order={1} className={listClasses.title}>
          Colleagues
        </Title>
        {may(me, "human_agent") ? (
          <Tooltip label="Open a room">
            <ActionIcon size="lg" aria-label="Open a room" onClick={() => setOpening(true)}>
              <IconPlus size={19} />
            </ActionIcon>
          </Tooltip>
        ) : null}
      </header>
      {rooms.isPending ? <Loader role="status" size="sm" m="md" aria-label="Loading" /> : null}
      {rooms.isError && !rooms.data ? <ProblemAlert error={rooms.error} retry={() => void rooms.refetch()} /> : null}
      {rooms.data?.length === 0 ? (
        <Text className={listClasses.empty} c="dimmed" size="sm">
          No room yet. Open a channel, or write to somebody.
        </Text>
      ) : null}
      <div className={classes.rooms}>
        {KINDS.map(([kind, title]) => (
          <Kind
            key={kind}
            title={title}
            rooms={(rooms.data ?? []).filter((room) => room.kind === kind)}
            chosen={chosen}
          />
        ))}
      </div>
      {isOpening ? <OpenRoom onClose={() => setOpening(false)} /> : null}
    </section>
  );
}

function Kind({ title, rooms, chosen }: { title: string; rooms: Room[]; chosen: string | null }) {
  if (rooms.length === 0) return null;
  return (
    <section aria-label={title}>
      <Text className={classes.heading} component="h2">
        {title}
      </Text>
      <ul className={classes.items}>
        {rooms.map((room) => (
          <li key={room.room_id}>
            <Item room={room} isChosen={room.room_id === chosen} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Item({ room, isChosen }: { room: Room; isChosen: boolean }) {
  const me = useMe();
  const nameOf = useNameOf();
  const people = usePeople().data ?? [];
  const name = roomName(room, me.person_id, nameOf);
  const other = people.find(({ id }) => room.kind === "direct" && id !== me.person_id && room.people.includes(id));
  return (
    <Link
      to={`/colleagues/${room.room_id}`}
      className={classes.item}
      data-unread={room.unread > 0 || undefined}
      aria-current={isChosen ? "true" : undefined}
    >
      {room.kind === "direct" ? (
        <Avatar name={name} size={28} presence={other?.away_until ? "away" : undefined} />
      ) : null}
      {room.kind === "team" ? <IconHash size={18} aria-hidden /> : null}
      {room.kind === "conversation" ? <IconTicket size={18} aria-hidden /> : null}
      <span className={classes.itemName}>{name}</span>
      {room.unread > 0 ? (
        <Badge
          size="sm"
          circle={room.unread < 10}
          color={room.mentioned > 0 ? "red.9" : "holdfast"}
          aria-label={`${String(room.unread)} unread${room.mentioned > 0 ? ", you are named" : ""}`}
        >
          {room.mentioned > 0 ? "@" : room.unread}
        </Badge>
      ) : null}
    </Link>
  );
}
