import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import { asProblem } from "../api/client";

interface Given {
  error: unknown;
  retry?: () => void;
}

/** What is wrong and what to do, as the API says it. */
export function ProblemAlert({ error, retry }: Given) {
  const problem = asProblem(error);
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={problem.title}
      role="alert"
      m="sm"
    >
      <Group justify="space-between" align="center" gap="sm">
        <Text size="sm" style={{ flex: 1, minWidth: 180 }}>
          {problem.detail}
        </Text>
        {retry ? (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        ) : null}
      </Group>
    </Alert>
  );
}
