import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "react-router";

export function Back() {
  return (
    <Button
      component={Link}
      to="/approvals"
      variant="subtle"
      color="gray"
      hiddenFrom="sm"
      leftSection={<IconArrowLeft size={18} />}
      m={6}
      style={{ alignSelf: "flex-start" }}
    >
      Approvals
    </Button>
  );
}
