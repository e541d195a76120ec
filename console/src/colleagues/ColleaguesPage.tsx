import { Title } from "@mantine/core";

export function Component() {
  return (
    <Title order={1} size="h3" p="lg">
      Soon
    </Title>
  );
}
