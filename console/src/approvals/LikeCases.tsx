import { Button, Group, Text } from "@mantine/core";
import { IconCopyCheck } from "@tabler/icons-react";
import { useState } from "react";

import { useLike } from "../api/approvals";
import type { ApprovalView } from "../api/contract";
import { counted, percent } from "../shell/words";
import { setMarked } from "./marked";

/** Others that say much the same, to decide them together. */
export function LikeCases({ view }: { view: ApprovalView }) {
  const id = view.approval.approval_id;
  const [wanted, setWanted] = useState(false);
  const like = useLike(id, wanted).data;
  if (!wanted) {
    return (
      <Group>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconCopyCheck size={15} />}
          onClick={() => setWanted(true)}
        >
          Find like cases
        </Button>
      </Group>
    );
  }
  if (!like) return null;
  if (like.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No other draft that waits says much the same.
      </Text>
    );
  }
  const least = Math.min(...like.map(({ likeness }) => likeness));
  return (
    <Group gap="sm">
      <Text size="sm">
        {counted(like.length, "other")} at least {percent(least)} alike.
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => setMarked([id, ...like.map(({ approval }) => approval.approval_id)])}
      >
        Mark all {like.length + 1}
      </Button>
    </Group>
  );
}
