import {
  IconApi,
  IconBrandSlack,
  IconBrandWhatsapp,
  IconDeviceMobileMessage,
  IconLifebuoy,
  IconMail,
  IconMessageCircle,
  IconPhone,
  type IconProps,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

import { channelName } from "./words";

const ICONS: Record<string, ComponentType<IconProps>> = {
  web_chat: IconMessageCircle,
  email: IconMail,
  sms: IconDeviceMobileMessage,
  whatsapp: IconBrandWhatsapp,
  voice: IconPhone,
  phone: IconPhone,
  zendesk: IconLifebuoy,
  slack: IconBrandSlack,
};

export function ChannelIcon({ channel, size = 14 }: { channel: string; size?: number }) {
  const Icon = ICONS[channel] ?? IconApi;
  return <Icon size={size} role="img" aria-label={channelName(channel)} />;
}
