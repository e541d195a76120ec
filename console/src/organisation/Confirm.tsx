import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface Given {
  title: string;
  /** What the button says. */
  doing: string;
  pending: boolean;
  disabled?: boolean;
  color?: string;
  onClose: () => void;
  onConfirm: () => void;
  children: ReactNode;
}

/** Asked before something that others notice. */
export function Confirm({ title, doing, pending, disabled, color = "red", onClose, onConfirm, children }: Given) {
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": "Close" }}>
      <Stack>
        {typeof children === "string" ? <Text size="sm">{children}</Text> : children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color={color} loading={pending} disabled={disabled} onClick={onConfirm}>
            {doing}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
