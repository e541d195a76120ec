import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { Link, useRouteError } from "react-router";

import { asProblem } from "../api/client";

/** A page that broke says so, and the way out. */
export function Failed() {
  const problem = asProblem(useRouteError());
  return (
    <Center component="main" h="100%" p="xl">
      <Stack align="center" maw={420} ta="center">
        <Title order={1} size="h3">
          {problem.title}
        </Title>
        <Text c="dimmed">{problem.detail}</Text>
        <Button onClick={() => location.reload()}>Reload</Button>
      </Stack>
    </Center>
  );
}

export function Nowhere() {
  return (
    <Center h="100%" p="xl">
      <Stack align="center" maw={420} ta="center">
        <Title order={1} size="h3">
          There is no such page
        </Title>
        <Text c="dimmed">It may have moved, or the address is not complete.</Text>
        <Button component={Link} to="/inbox/mine">
          Go to the inbox
        </Button>
      </Stack>
    </Center>
  );
}
