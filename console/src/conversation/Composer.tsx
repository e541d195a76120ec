import { ActionIcon, Button, Group, Kbd, Menu, SegmentedControl, Text, Textarea, Tooltip } from "@mantine/core";
import { IconNote, IconSend, IconTemplate } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";

import { useAsk } from "../api/acting";
import { once } from "../api/intents";
import type { Attachment, ConversationDetails } from "../api/contract";
import { useUse } from "../api/conversation";
import { useUpload } from "../api/files";
import { useConsoleSettings, useMe, type Macro } from "../api/me";
import { AttachButton, FilesToSend } from "../shell/Files";
import { showProblem } from "../shell/told";
import { aiName, counted } from "../shell/words";
import { useDraft, useDraftFiles } from "./drafts";
import { factsOf } from "./facts";
import { useOffered, type OfferedText } from "./offered";
import classes from "./Composer.module.css";

interface Given {
  details: ConversationDetails;
  onTyping: () => void;
}

const TOLD_EVERY_MS = 4_000;
const LONGEST = 8_000;
const MOST_FILES = 5;

/** Where a person answers the customer, or leaves a note. What is begun is kept until it is sent. */
export function Composer({ details, onTyping }: Given) {
  const me = useMe();
  const { conversation } = details;
  const id = conversation.conversation_id;
  const [kind, setKind] = useState<"reply" | "note">("reply");
  const [reply, writeReply] = useDraft(id, me.person_id);
  const [note, writeNote] = useDraft(`note:${id}`, me.person_id);
  const [text, write] = kind === "reply" ? [reply, writeReply] : [note, writeNote];
  const box = useRef<HTMLTextAreaElement>(null);
  const told = useRef(0);
  const suggested = useRef<string | null>(null);
  const [files, keepFiles] = useDraftFiles(id, me.person_id);
  const upload = useUpload<Attachment>(`/v1/conversations/${id}/files`, ({ attachment_id, name }) =>
    keepFiles([...files, { id: attachment_id, name }]),
  );
  const use = useUse(id);
  const send = useAsk([["conversation", id], ["counts"]], () => {
    if (suggested.current) use.mutate({ id: suggested.current, used: "as_is", text: reply });
    suggested.current = null;
    writeReply("");
    keepFiles([]);
  });
  const take = useCallback(
    (offered: OfferedText): void => {
      suggested.current = offered.id;
      setKind("reply");
      writeReply(offered.text);
      box.current?.focus();
    },
    [writeReply],
  );
  useOffered(id, take);
  const keepNote = useWriteNote(id, () => writeNote(""));
  const isPending = send.isPending || keepNote.isPending || upload.isPending;
  const isOver = Boolean(conversation.merged_into) || Boolean(conversation.erased_at);
  const typed = (now: string): void => {
    write(now);
    if (kind === "reply" && Date.now() - told.current > TOLD_EVERY_MS) {
      told.current = Date.now();
      onTyping();
    }
  };
  const submit = (): void => {
    const said = text.trim();
    if (!said || isPending) return;
    if (kind === "note") keepNote.mutate(said);
    else {
      const body = { text: said, attachments: files.map((file) => file.id) };
      send.mutate({ path: `/v1/conversations/${id}/replies`, body, said: "" });
    }
  };
  const insert = (words: string): void => {
    const at = box.current?.selectionStart ?? text.length;
    write(text.slice(0, at) + words + text.slice(at));
    box.current?.focus();
  };
  if (isOver) {
    return (
      <Text size="sm" c="dimmed" p="md" ta="center">
        {conversation.merged_into
          ? "This conversation goes on in another one."
          : "What was said here was erased, so it cannot go on."}
      </Text>
    );
  }
  return (
    <form
      className={classes.composer}
      data-kind={kind}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        ref={box}
        id="reply"
        variant="unstyled"
        aria-label={kind === "reply" ? "Reply to the customer" : "Note for colleagues"}
        placeholder={placeholderOf(kind, conversation.owner)}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => typed(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          submit();
        }}
        classNames={{ input: classes.input }}
      />
      {kind === "reply" ? (
        <FilesToSend files={files} onRemove={(gone) => keepFiles(files.filter((file) => file.id !== gone))} />
      ) : null}
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap={6} wrap="nowrap">
          <SegmentedControl
            size="xs"
            aria-label="What you write"
            value={kind}
            onChange={(value) => setKind(value as "reply" | "note")}
            data={[
              { value: "reply", label: "Reply" },
              { value: "note", label: "Note" },
            ]}
          />
          {kind === "reply" ? <Macros details={details} insert={insert} /> : null}
          {kind === "reply" && details.carries_files && files.length < MOST_FILES ? (
            <AttachButton onChosen={upload.mutate} isPending={upload.isPending} />
          ) : null}
        </Group>
        <Group gap={10} wrap="nowrap">
          <Text size="xs" c="dimmed" visibleFrom="md">
            {text ? "Kept in this browser" : ""} <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
          </Text>
          <Button
            type="submit"
            size="sm"
            loading={isPending}
            disabled={!text.trim()}
            color={kind === "note" ? "yellow.9" : "holdfast"}
            rightSection={kind === "note" ? <IconNote size={16} /> : <IconSend size={16} />}
          >
            {kind === "note" ? "Keep note" : "Send"}
          </Button>
        </Group>
      </Group>
    </form>
  );
}

function placeholderOf(kind: "reply" | "note", owner: ConversationDetails["conversation"]["owner"]): string {
  if (kind === "note") return "A note for colleagues; @id names somebody. No customer sees it.";
  return owner.kind === "ai_agent"
    ? `Reply. Sending takes the conversation over from ${aiName(owner.id)}.`
    : "Reply to the customer";
}

function useWriteNote(conversationId: string, onKept: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (text: string) => once(`/v1/conversations/${conversationId}/notes`, { text }),
    onSuccess: () => {
      onKept();
      void client.invalidateQueries({ queryKey: ["conversation", conversationId] });
    },
    onError: showProblem,
  });
}

function Macros({ details, insert }: { details: ConversationDetails; insert: (words: string) => void }) {
  const macros = useConsoleSettings().data?.macros ?? [];
  const known = new Map(factsOf(details).facts.map(({ name, value }) => [name, value]));
  if (macros.length === 0) return null;
  return (
    <Menu position="top-start" width={360}>
      <Menu.Target>
        <Tooltip label="Macros">
          <ActionIcon size="lg" aria-label="Macros">
            <IconTemplate size={18} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown mah={340} style={{ overflowY: "auto" }}>
        <Menu.Label>{counted(macros.length, "reply", "replies")} of the specification</Menu.Label>
        {macros.map((macro) => (
          <Menu.Item key={macro.id} onClick={() => insert(filled(macro, known))}>
            <Text size="sm" fw={600}>
              {macro.description}
            </Text>
            <Text size="xs" c="dimmed" lineClamp={2}>
              {filled(macro, known)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The text with the customer's facts in their places; a place whose fact nobody knows stays, for the person to fill. */
export function filled(macro: Macro, known: ReadonlyMap<string, string>): string {
  return macro.text.replace(/\{([^{}]*)\}/g, (place, name: string) => known.get(name) ?? place).trim();
}
