export const ROLE_CHOICES = [
  { value: "viewer", label: "Viewer: reads" },
  { value: "human_agent", label: "Human agent: answers, takes over" },
  { value: "approver", label: "Approver: decides approvals" },
  { value: "lead", label: "Lead: changes the specification" },
  { value: "admin", label: "Administrator: people and keys" },
  { value: "auditor", label: "Auditor: reads everything, changes nothing" },
];
export const KEY_ROLES = [...ROLE_CHOICES, { value: "integration", label: "Integration: opens verified chats" }];
