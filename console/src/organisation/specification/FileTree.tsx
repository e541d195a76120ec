import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconCircleFilled, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useEditing } from "./editing";
import { beginningOf, FOLDERS, type Folder } from "./folders";
import classes from "./Specification.module.css";

interface Given {
  path: string;
  onOpen: (path: string) => void;
}

/** Every file in its folder, with a point where it is changed. */
export function FileTree({ path, onOpen }: Given) {
  const editing = useEditing();
  const [adds, setAdds] = useState<Folder | null>(null);
  const all = [...new Set([...Object.keys(editing.files), ...Object.keys(editing.changes)])].sort();
  const wrong = new Set(editing.checked?.mistakes.map(({ file }) => file));
  return (
    <nav className={classes.tree} aria-label="Files">
      {FOLDERS.map((folder) => {
        const files = all.filter((one) => folder.holds(one));
        if (!files.length && (!folder.ending || !editing.mayEdit)) return null;
        return (
          <div key={folder.label}>
            <div className={classes.folder}>
              <h2 style={{ font: "inherit", margin: 0 }}>{folder.label}</h2>
              {folder.ending && editing.mayEdit ? (
                <ActionIcon size={24} aria-label={`New file in ${folder.label}`} onClick={() => setAdds(folder)}>
                  <IconPlus size={14} aria-hidden />
                </ActionIcon>
              ) : null}
            </div>
            {files.map((file) => (
              <UnstyledButton
                key={file}
                className={classes.file}
                aria-current={file === path ? "page" : undefined}
                data-removed={editing.changes[file] === null || undefined}
                onClick={() => onOpen(file)}
              >
                <span className={classes.name}>{file.split("/").pop()}</span>
                {wrong.has(file) ? (
                  <IconCircleFilled size={9} style={{ color: "var(--hf-danger)" }} aria-label="has mistakes" />
                ) : file in editing.changes ? (
                  <IconCircleFilled size={9} style={{ color: "var(--hf-ai)" }} aria-label="changed" />
                ) : null}
              </UnstyledButton>
            ))}
          </div>
        );
      })}
      {adds ? (
        <NewFile
          folder={adds}
          onClose={() => setAdds(null)}
          onMade={(made) => {
            setAdds(null);
            onOpen(made);
          }}
        />
      ) : null}
    </nav>
  );
}

interface NewGiven {
  folder: Folder;
  onClose: () => void;
  onMade: (path: string) => void;
}

function NewFile({ folder, onClose, onMade }: NewGiven) {
  const editing = useEditing();
  const [id, setId] = useState("");
  const path = `${folder.folder}/${id}${folder.ending ?? ""}`;
  const isTaken = path in editing.files;
  const isName = /^[a-z][a-z0-9_-]{0,62}$/.test(id);
  const make = () => {
    editing.write(path, beginningOf(folder, id));
    onMade(path);
  };
  return (
    <Modal opened onClose={onClose} title={`New in ${folder.label}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isName && !isTaken) make();
        }}
      >
        <Stack>
          <TextInput
            label="Id"
            description="Small letters, digits, - and _, a letter first."
            data-autofocus
            required
            value={id}
            onChange={(event) => setId(event.currentTarget.value.trim())}
            error={id && !isName ? "This is no id." : isTaken ? "There is one already." : null}
          />
          <Text size="xs" c="dimmed">
            {path}
          </Text>
          <Group justify="flex-end">
            <Button type="submit" disabled={!isName || isTaken}>
              Make it
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
