import {
  ActionIcon,
  Alert,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { parseDocument, type Document } from "yaml";

import { inWords } from "../words";
import type { Schema } from "./specification";

interface Given {
  text: string;
  schema: Schema;
  readOnly: boolean;
  onChange: (text: string) => void;
}

/** The entries of a YAML file as fields. What is written here changes the text beside it, and keeps its comments. */
export function FormEditor({ text, schema, readOnly, onChange }: Given) {
  const document = parseDocument(text);
  const data: unknown = document.toJS();
  if (document.errors.length || typeof data !== "object" || data === null || Array.isArray(data)) {
    return <Alert color="yellow">The text is no valid YAML, so there is no form for it. Correct the text first.</Alert>;
  }
  const values = data as Record<string, unknown>;
  const write = (name: string, value: unknown) => onChange(written(document, name, value));
  return (
    <Stack gap="md" p="md">
      {Object.entries(schema.properties ?? {}).map(([name, property]) => (
        <Field
          key={name}
          name={name}
          schema={resolved(property, schema)}
          description={property.description ?? resolved(property, schema).description}
          required={schema.required?.includes(name) ?? false}
          value={values[name]}
          readOnly={readOnly}
          onChange={(value) => write(name, value)}
        />
      ))}
    </Stack>
  );
}

function written(document: Document, name: string, value: unknown): string {
  if (value === undefined || value === "" || value === null || (Array.isArray(value) && !value.length)) {
    document.delete(name);
  } else {
    document.set(name, Array.isArray(value) ? document.createNode(value) : value);
  }
  return document.toString({ lineWidth: 0 });
}

/** The schema behind a reference, and of what may be nothing the rest. */
function resolved(schema: Schema, root: Schema): Schema {
  if (schema.$ref) return resolved(root.$defs?.[schema.$ref.split("/").pop() ?? ""] ?? {}, root);
  const [only] = schema.allOf ?? [];
  if (only) return resolved(only, root);
  const some = schema.anyOf?.filter(({ type }) => type !== "null") ?? [];
  if (some.length === 1 && some[0]) return resolved({ ...some[0] }, root);
  if (schema.items) return { ...schema, items: resolved(schema.items, root) };
  return schema;
}

interface FieldGiven {
  name: string;
  schema: Schema;
  description: string | undefined;
  required: boolean;
  value: unknown;
  readOnly: boolean;
  onChange: (value: unknown) => void;
}

const FIELDS: Record<string, ComponentType<FieldGiven>> = {
  string: TextField,
  number: NumberField,
  integer: NumberField,
  boolean: SwitchField,
};

function Field(given: FieldGiven) {
  const { schema } = given;
  if (schema.enum) return <ChoiceField {...given} />;
  const isTexts = schema.type === "array" && schema.items?.type === "string" && !schema.items.enum;
  const Shown = isTexts ? TextsField : (FIELDS[schema.type ?? ""] ?? OnlyAsText);
  return <Shown {...given} />;
}

function ChoiceField({ name, schema, description, required, value, readOnly, onChange }: FieldGiven) {
  return (
    <Select
      label={inWords(name)}
      description={description}
      required={required}
      disabled={readOnly}
      data={(schema.enum ?? []).map(String)}
      value={value === undefined ? null : String(value)}
      placeholder={schema.default === undefined ? undefined : String(schema.default)}
      clearable={!required}
      onChange={onChange}
    />
  );
}

function NumberField({ name, schema, description, required, value, readOnly, onChange }: FieldGiven) {
  return (
    <NumberInput
      label={inWords(name)}
      description={description}
      required={required}
      disabled={readOnly}
      value={typeof value === "number" ? value : ""}
      step={schema.maximum !== undefined && schema.maximum <= 1 ? 0.05 : 1}
      onChange={(number) => onChange(number === "" ? undefined : Number(number))}
    />
  );
}

function SwitchField({ name, schema, description, value, readOnly, onChange }: FieldGiven) {
  return (
    <Switch
      label={inWords(name)}
      description={description}
      disabled={readOnly}
      checked={value === undefined ? schema.default === true : value === true}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

function TextField({ name, description, required, value, readOnly, onChange }: FieldGiven) {
  const text = typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
  const common = { label: inWords(name), description, required, disabled: readOnly, value: text };
  if (text.length > 60 || text.includes("\n")) {
    return <Textarea {...common} autosize minRows={2} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  return <TextInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />;
}

function TextsField({ name, description, value, readOnly, onChange }: FieldGiven) {
  const texts = Array.isArray(value) ? value.map(String) : [];
  const replace = (number: number, text: string) => onChange(texts.map((one, n) => (n === number ? text : one)));
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <Text component="legend" size="sm" fw={500}>
        {inWords(name)}
      </Text>
      {description ? (
        <Text size="xs" c="dimmed" mb={4}>
          {description}
        </Text>
      ) : null}
      <Stack gap={6}>
        {texts.map((text, number) => (
          <Group key={number} gap={6} wrap="nowrap">
            <TextInput
              style={{ flex: 1 }}
              aria-label={`${inWords(name)}, number ${number + 1}`}
              value={text}
              disabled={readOnly}
              onChange={(event) => replace(number, event.currentTarget.value)}
            />
            <ActionIcon
              aria-label={`Remove number ${number + 1} of ${inWords(name)}`}
              disabled={readOnly}
              onClick={() => onChange(texts.filter((_, n) => n !== number))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="default"
          size="compact-sm"
          w="max-content"
          disabled={readOnly}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...texts, "New entry"])}
        >
          Add to {inWords(name).toLowerCase()}
        </Button>
      </Stack>
    </fieldset>
  );
}

function OnlyAsText({ name, description, value }: FieldGiven) {
  const size = Array.isArray(value) ? `${value.length} entries` : value === undefined ? "nothing yet" : "set";
  return (
    <div>
      <Text size="sm" fw={500}>
        {inWords(name)}{" "}
        <Text span size="xs" c="dimmed" fw={400}>
          {size}; change it in the text
        </Text>
      </Text>
      {description ? (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      ) : null}
    </div>
  );
}
