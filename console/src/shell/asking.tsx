import { Button, Group, Modal, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import { atHour, inHours, localInput, nextMonday } from "./moments";
import { counted } from "./words";

const MOMENTS: [string, () => Date][] = [
  ["In 1 hour", () => inHours(1)],
  ["In 4 hours", () => inHours(4)],
  ["Tomorrow, 9:00", () => atHour(1, 9)],
  ["Next Monday, 9:00", nextMonday],
];

interface Until {
  title: string;
  explained?: string;
  onClose: () => void;
  onChosen: (until: string) => void;
}

/** Until when: a usual moment, or one's own. */
export function AskUntil({ title, explained, onClose, onChosen }: Until) {
  const [own, setOwn] = useState(localInput(atHour(1, 9)));
  const choose = (moment: Date): void => {
    onChosen(moment.toISOString());
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={title} size="sm">
      <Stack>
        <Text size="sm" c="dimmed">
          {explained ?? "A message of the customer wakes it earlier."}
        </Text>
        <SimpleGrid cols={2} spacing="xs">
          {MOMENTS.map(([label, moment]) => (
            <Button key={label} variant="default" onClick={() => choose(moment())}>
              {label}
            </Button>
          ))}
        </SimpleGrid>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            choose(new Date(own));
          }}
        >
          <Group align="end" gap="xs">
            <TextInput
              flex={1}
              type="datetime-local"
              label="Or at"
              required
              value={own}
              min={localInput(new Date())}
              onChange={(event) => setOwn(event.currentTarget.value)}
            />
            <Button type="submit">Snooze</Button>
          </Group>
        </form>
      </Stack>
    </Modal>
  );
}

interface Text {
  title: string;
  label: string;
  explained?: string;
  placeholder?: string;
  action: string;
  color?: string;
  required?: boolean;
  initial?: string;
  onClose: () => void;
  onGiven: (text: string) => void;
}

/** A text that an action needs, such as a reason. */
export function AskText({
  title,
  label,
  explained,
  placeholder,
  action,
  color,
  required = false,
  initial = "",
  onClose,
  onGiven,
}: Text) {
  const [text, setText] = useState(initial);
  const isMissing = required && !text.trim();
  const give = (): void => {
    if (isMissing) return;
    onGiven(text.trim());
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        <Textarea
          data-autofocus
          label={label}
          description={explained}
          placeholder={placeholder}
          required={required}
          autosize
          minRows={3}
          maxRows={12}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) give();
          }}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color={color} disabled={isMissing} onClick={give}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

export function AskInstruction({
  count = 1,
  onClose,
  onGiven,
}: {
  count?: number;
  onClose: () => void;
  onGiven: (text: string) => void;
}) {
  return (
    <AskText
      title={count > 1 ? `Hand ${counted(count, "conversation")} back to the AI` : "Hand back to the AI agent"}
      label="Instruction"
      explained="What it should know or do next. The customer does not see it."
      placeholder="The refund is arranged; answer the rest."
      action="Hand back"
      onClose={onClose}
      onGiven={onGiven}
    />
  );
}
