import { ActionIcon, FileButton, Group, Pill, Tooltip } from "@mantine/core";
import { IconPaperclip } from "@tabler/icons-react";

const ACCEPTED = "image/png,image/jpeg,image/gif,image/webp,application/pdf,text/plain,text/csv";

export interface NamedFile {
  id: string;
  name: string;
}

/** What goes along with a message that is being written. */
export function FilesToSend({ files, onRemove }: { files: readonly NamedFile[]; onRemove: (id: string) => void }) {
  if (files.length === 0) return null;
  return (
    <Group gap={6} pt={6}>
      {files.map(({ id, name }) => (
        <Pill
          key={id}
          withRemoveButton
          removeButtonProps={{ "aria-label": `Remove ${name}`, "aria-hidden": false, tabIndex: 0 }}
          onRemove={() => onRemove(id)}
        >
          {name}
        </Pill>
      ))}
    </Group>
  );
}

interface Attaching {
  onChosen: (file: File) => void;
  isPending: boolean;
}

export function AttachButton({ onChosen, isPending }: Attaching) {
  return (
    <FileButton accept={ACCEPTED} onChange={(file) => file && onChosen(file)}>
      {(button) => (
        <Tooltip label="Attach a file">
          <ActionIcon {...button} size="lg" aria-label="Attach a file" loading={isPending}>
            <IconPaperclip size={19} />
          </ActionIcon>
        </Tooltip>
      )}
    </FileButton>
  );
}
