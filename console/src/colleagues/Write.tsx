import { ActionIcon, Group, Textarea, UnstyledButton } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useRef, useState } from "react";

import type { Room, RoomFile } from "../api/contract";
import { useUpload } from "../api/files";
import { useMe, usePeople } from "../api/me";
import { useWrite } from "../api/rooms";
import { useDraft } from "../conversation/drafts";
import composer from "../conversation/Composer.module.css";
import { Avatar } from "../shell/Avatar";
import { AttachButton, FilesToSend, type NamedFile } from "../shell/Files";
import classes from "./Colleagues.module.css";

const NAMING = /(?:^|\s)@([\p{L}\p{N}._~-]*)$/u;

/** Write to colleagues: `@` names somebody, files go along. Enter sends, Shift and Enter begin a line. */
export function Write({ room, name }: { room: Room; name: string }) {
  const me = useMe();
  const [text, write] = useDraft(`room:${room.room_id}`, me.person_id);
  const [files, setFiles] = useState<readonly NamedFile[]>([]);
  const box = useRef<HTMLTextAreaElement>(null);
  const send = useWrite(room.room_id, () => {
    write("");
    setFiles([]);
  });
  const upload = useUpload<RoomFile>(`/v1/rooms/${room.room_id}/files`, ({ file_id: id, name }) =>
    setFiles((before) => [...before, { id, name }]),
  );
  const isEmpty = !text.trim() && files.length === 0;
  const submit = (): void => {
    if (isEmpty || send.isPending || upload.isPending) return;
    send.mutate({ text: text.trim(), files: files.map(({ id }) => id), conversationId: null });
  };
  const naming = NAMING.exec(text)?.[1];
  return (
    <form
      className={composer.composer}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {naming === undefined ? null : (
        <Naming
          begun={naming}
          choose={(id) => {
            write(text.slice(0, text.length - naming.length) + `${id} `);
            box.current?.focus();
          }}
        />
      )}
      <FilesToSend files={files} onRemove={(id) => setFiles(files.filter((file) => file.id !== id))} />
      <Group gap={6} wrap="nowrap" align="end">
        <AttachButton onChosen={upload.mutate} isPending={upload.isPending} />
        <Textarea
          ref={box}
          flex={1}
          variant="unstyled"
          aria-label={`Message to ${name}`}
          placeholder={`Message to ${name}`}
          autosize
          minRows={1}
          maxRows={8}
          maxLength={8_000}
          value={text}
          onChange={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            submit();
          }}
          classNames={{ input: composer.input }}
        />
        <ActionIcon
          type="submit"
          size="lg"
          mb={4}
          variant="filled"
          color="holdfast"
          aria-label="Send"
          disabled={isEmpty}
          loading={send.isPending}
        >
          <IconSend size={17} />
        </ActionIcon>
      </Group>
    </form>
  );
}

/** Colleagues whose name or id begins like this. */
function Naming({ begun, choose }: { begun: string; choose: (id: string) => void }) {
  const wanted = begun.toLowerCase();
  const found = (usePeople().data ?? [])
    .filter(
      ({ id, name, active }) =>
        active &&
        `${id} ${name}`
          .toLowerCase()
          .split(/\s+/)
          .some((word) => word.startsWith(wanted)),
    )
    .slice(0, 6);
  if (found.length === 0) return null;
  return (
    <ul className={classes.naming} aria-label="Name a colleague">
      {found.map(({ id, name }) => (
        <li key={id}>
          <UnstyledButton className={classes.named} onClick={() => choose(id)}>
            <Avatar name={name || id} size={24} /> {name || id}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
