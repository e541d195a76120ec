import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { call } from "../../api/client";
import { useMe } from "../../api/me";
import { showProblem } from "../../shell/told";
import { Mark } from "../Mark";
import { pageClasses } from "../Page";

/** The organisations to which this account belongs. */
export function Organisations() {
  const me = useMe();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (organisation: string) => call("/v1/me/organisation", { method: "POST", body: { organisation } }),
    onSuccess: () => {
      client.clear();
      location.assign("/console/administration/organisations");
    },
    onError: showProblem,
  });
  return (
    <Stack gap="sm" maw={560}>
      {me.organisations.map((name) => (
        <Group key={name} justify="space-between" className={pageClasses.card}>
          <Text fw={600}>{name}</Text>
          {name === me.organisation ? (
            <Mark tone="good">You are here</Mark>
          ) : (
            <Button variant="default" size="xs" loading={change.isPending} onClick={() => change.mutate(name)}>
              Go there
            </Button>
          )}
        </Group>
      ))}
      <Text size="sm" c="dimmed">
        An organisation begins with its first specification: `holdfast spec new`, then `holdfast spec publish`.
      </Text>
    </Stack>
  );
}
