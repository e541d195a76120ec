import { Center, Stack, Text } from "@mantine/core";
import { IconMessages } from "@tabler/icons-react";
import { useParams } from "react-router";

import { useRooms } from "../api/rooms";
import { useOnPhone } from "../shell/phone";
import { RoomList } from "./RoomList";
import { RoomView } from "./RoomView";
import classes from "./Colleagues.module.css";

/** Where colleagues write to each other: channels, two people, and rooms of conversations. */
export function Component() {
  const { roomId } = useParams();
  const rooms = useRooms();
  const onPhone = useOnPhone();
  const room = rooms.data?.find(({ room_id: id }) => id === roomId);
  return (
    <div className={classes.panes}>
      {onPhone && roomId ? null : <RoomList rooms={rooms} chosen={roomId ?? null} />}
      {room ? <RoomView key={room.room_id} room={room} /> : null}
      {room || onPhone ? null : <Nothing gone={Boolean(roomId) && rooms.isSuccess} />}
    </div>
  );
}

function Nothing({ gone }: { gone: boolean }) {
  return (
    <Center flex={1}>
      <Stack align="center" gap="xs" c="dimmed">
        <IconMessages size={44} stroke={1.3} aria-hidden />
        <Text>{gone ? "There is no such room, or it is not yours to read." : "Choose a room, or open one."}</Text>
      </Stack>
    </Center>
  );
}
