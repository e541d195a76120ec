import { ActionIcon, Anchor, Button, Loader, Title } from "@mantine/core";
import { IconArrowLeft, IconPaperclip, IconTicket } from "@tabler/icons-react";
import { useLayoutEffect, useMemo, useRef } from "react";
import { Link } from "react-router";

import type { Room, RoomFile, RoomMessage } from "../api/contract";
import { may, useMe, useNameOf } from "../api/me";
import { useMarkRead, useRoomMessages } from "../api/rooms";
import timeline from "../conversation/Timeline.module.css";
import { Avatar } from "../shell/Avatar";
import { useOnPhone } from "../shell/phone";
import { ProblemAlert } from "../shell/ProblemAlert";
import { clockTime, dayName, exactly } from "../shell/times";
import { useNow } from "../shell/When";
import { Words } from "./Words";
import { Write } from "./Write";
import { roomName } from "./names";
import classes from "./Colleagues.module.css";

const NONE: RoomMessage[] = [];
const TOGETHER_MS = 5 * 60_000;

/** What was written in a room, and where one writes. */
export function RoomView({ room }: { room: Room }) {
  const me = useMe();
  const nameOf = useNameOf();
  const onPhone = useOnPhone();
  const found = useRoomMessages(room.room_id);
  const messages = useMemo(
    () => [...(found.data?.pages ?? [])].reverse().flatMap((page) => page.messages) ?? NONE,
    [found.data],
  );
  const last = messages.at(-1)?.seq ?? 0;
  useMarkRead(room.room_id, may(me, "human_agent") ? last : 0);
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, [last]);
  const name = roomName(room, me.person_id, nameOf);
  return (
    <section className={classes.room} aria-label={name}>
      <header className={classes.head}>
        <ActionIcon component={Link} to="/colleagues" size="lg" aria-label="Back to the rooms" hiddenFrom="sm">
          <IconArrowLeft size={20} />
        </ActionIcon>
        <Title order={onPhone ? 1 : 2} size="h5" style={{ flex: 1 }}>
          {room.kind === "team" ? `# ${name}` : name}
        </Title>
        {room.conversation_id ? <ConversationLink id={room.conversation_id} /> : null}
      </header>
      {found.isError && !found.data ? <ProblemAlert error={found.error} retry={() => void found.refetch()} /> : null}
      {/* Whoever cannot point has to scroll by keys. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={frame} className={classes.messages} role="log" aria-label="Messages" tabIndex={0}>
        {found.hasNextPage ? (
          <Button
            variant="subtle"
            size="compact-sm"
            mx="auto"
            display="block"
            loading={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
          >
            Earlier messages
          </Button>
        ) : null}
        {found.isPending ? <Loader role="status" size="sm" m="md" aria-label="Loading" /> : null}
        {messages.map((message, index) => (
          <Message key={message.seq} message={message} before={messages[index - 1]} />
        ))}
      </div>
      {may(me, "human_agent") ? <Write room={room} name={name} /> : null}
    </section>
  );
}

function Message({ message, before }: { message: RoomMessage; before: RoomMessage | undefined }) {
  const nameOf = useNameOf();
  const now = useNow();
  const author = nameOf(message.author_id);
  const isOtherDay = !before || new Date(before.at).toDateString() !== new Date(message.at).toDateString();
  const isMore =
    !isOtherDay &&
    before.author_id === message.author_id &&
    new Date(message.at).getTime() - new Date(before.at).getTime() < TOGETHER_MS;
  return (
    <>
      {isOtherDay ? <div className={timeline.day}>{dayName(message.at, now)}</div> : null}
      <article
        className={timeline.message}
        data-more={isMore || undefined}
        aria-label={`${author}, ${clockTime(message.at)}`}
      >
        {isMore ? <span /> : <Avatar name={author} size={40} />}
        <div>
          {isMore ? null : (
            <div className={timeline.by}>
              <span className={timeline.author} data-kind="human_agent">
                {author}
              </span>
              <time className={timeline.time} dateTime={message.at} title={exactly(message.at)}>
                {clockTime(message.at)}
              </time>
            </div>
          )}
          {message.text ? <Words text={message.text} mentions={message.mentions} /> : null}
          {message.conversation_id ? <ConversationLink id={message.conversation_id} /> : null}
          {message.files.map((file) => (
            <FileLink key={file.file_id} room={message.room_id} file={file} />
          ))}
        </div>
      </article>
    </>
  );
}

function ConversationLink({ id }: { id: string }) {
  return (
    <Anchor component={Link} to={`/inbox/all/${id}`} className={classes.link}>
      <IconTicket size={15} aria-hidden /> Conversation {id.slice(-4)}
    </Anchor>
  );
}

function FileLink({ room, file }: { room: string; file: RoomFile }) {
  const address = `/v1/rooms/${room}/files/${file.file_id}`;
  return (
    <div>
      {file.media_type.startsWith("image/") ? (
        <img className={classes.picture} src={address} alt={file.name} loading="lazy" />
      ) : null}
      <Anchor href={address} download={file.name} className={timeline.file}>
        <IconPaperclip size={14} aria-hidden />
        {file.name} · {Math.ceil(file.size_bytes / 1024).toLocaleString()} KiB
      </Anchor>
    </div>
  );
}
