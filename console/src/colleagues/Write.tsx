import { ActionIcon, FileButton, Group, Pill, Textarea, Tooltip, UnstyledButton } from "@mantine/core";
import { IconPaperclip, IconSend } from "@tabler/icons-react";
import { useRef, useState } from "react";

import type { Room, RoomFile } from "../api/contract";
import { useMe, usePeople } from "../api/me";
import { useUpload, useWrite } from "../api/rooms";
import { useDraft } from "../conversation/drafts";
import composer from "../conversation/Composer.module.css";
import { Avatar } from "../shell/Avatar";
import classes from "./Colleagues.module.css";

const NAMING = /(?:^|\s)@([\p{L}\p{N}._~-]*)$/u;
const ACCEPTED = "image/png,image/jpeg,image/gif,image/webp,application/pdf,text/plain,text/csv";

/** Write to colleagues: `@` names somebody, files go along. Enter sends, Shift and Enter begin a line. */
export function Write({ room, name }: { room: Room; name: string }) {
  const me = useMe();
  const [text, write] = useDraft(`room:${room.room_id}`, me.person_id);
  const [files, setFiles] = useState<RoomFile[]>([]);
  const box = useRef<HTMLTextAreaElement>(null);
  const send = useWrite(room.room_id, () => {
    write("");
    setFiles([]);
  });
  const upload = useUpload(room.room_id, (file) => setFiles((before) => [...before, file]));
  const isEmpty = !text.trim() && files.length === 0;
  const submit = (): void => {
    if (isEmpty || send.isPending || upload.isPending) return;
    send.mutate({ text: text.trim(), files: files.map(({ file_id: id }) => id), conversationId: null });
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
      {files.length > 0 ? (
        <Group gap={6} pt={6}>
          {files.map((file) => (
            <Pill
              key={file.file_id}
              withRemoveButton
              removeButtonProps={{ "aria-label": `Remove ${file.name}` }}
              onRemove={() => setFiles(files.filter((other) => other !== file))}
            >
              {file.name}
            </Pill>
          ))}
        </Group>
      ) : null}
      <Group gap={6} wrap="nowrap" align="end">
        <FileButton accept={ACCEPTED} onChange={(file) => file && upload.mutate(file)}>
          {(button) => (
            <Tooltip label="Attach a file">
              <ActionIcon {...button} size="lg" mb={4} aria-label="Attach a file" loading={upload.isPending}>
                <IconPaperclip size={19} />
              </ActionIcon>
            </Tooltip>
          )}
        </FileButton>
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
