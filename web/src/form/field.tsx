import { AutoComplete, Checkbox, Input, Radio, Select } from 'antd';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Group } from './group';
import { useKnownPeople } from './known';
import { Choices, List, Names } from './list';
import type { Marks } from './mark';
import { halfWidth, help, isTime, label, type NumberSchema, option, type Schema, type TextSchema } from './schema';

export interface FieldProps<S extends Schema = Schema> {
  readonly schema: S;
  /** JSON pointer, the address of what is said about it. */
  readonly pointer: string;
  readonly required: boolean;
  readonly value: unknown;
  readonly marks: Marks;
  /** Nothing is written any more. */
  readonly still: boolean;
  readonly onChange: (value: unknown) => void;
}

/** One field with its name, its help, and what is said about it. */
export function Field(props: FieldProps) {
  const { schema } = props;
  switch (schema.type) {
    case 'object':
      return <Group {...props} schema={schema} />;
    case 'array':
      if (schema.items.type !== 'string') return <List {...props} schema={schema} />;
      if (schema.items.enum) return <Choices {...props} schema={schema} of={schema.items} />;
      return <Names {...props} schema={schema} />;
    case 'boolean':
      return <Yes {...props} />;
    case 'string':
      return <Text {...props} schema={schema} />;
    case 'integer':
    case 'number':
      return <Count {...props} schema={schema} />;
  }
}

/** Name above, control, help and marks below; all of them bound to the control for those who hear the page. */
export function Row({
  props: { schema, pointer, required, marks },
  id,
  group = false,
  children,
}: {
  readonly props: FieldProps;
  readonly id: string;
  /** Several controls under one name: the name has the id, and they refer to it. */
  readonly group?: boolean;
  readonly children: (described: { 'aria-describedby': string; status: '' | 'error' | 'warning' }) => ReactNode;
}) {
  const { t } = useTranslation();
  const said = marks.get(pointer) ?? [];
  const hint = help(schema);
  const status = said.some(({ tone }) => tone === 'error') ? 'error' : said.length > 0 ? 'warning' : '';
  const name = (
    <>
      {label(schema)}
      {required && <span className="needed">{t('form.needed')}</span>}
    </>
  );
  return (
    <div className="field" data-pointer={pointer}>
      {group ? (
        <span className="name" id={id}>
          {name}
        </span>
      ) : (
        <label htmlFor={id}>{name}</label>
      )}
      {children({ 'aria-describedby': `${id}-said`, status })}
      <div id={`${id}-said`}>
        {hint && <p className="hint">{hint}</p>}
        {said.map(({ tone, text }) => (
          <p key={text} className={`mark ${tone}`}>
            <span className="sr">{t(`form.tone.${tone}`)}</span>
            {text}
          </p>
        ))}
      </div>
    </div>
  );
}

function Text(props: FieldProps<TextSchema>) {
  const { schema, value, still, required, onChange } = props;
  const { t } = useTranslation();
  const id = useId();
  const known = useKnownPeople();
  const text = typeof value === 'string' ? value : '';
  const common = { id, disabled: still, required };
  const few = schema.enum !== undefined && schema.enum.length <= 5;
  return (
    <Row props={props} id={id} group={few}>
      {(described) => {
        if (schema.enum) {
          const options = schema.enum.map((one) => ({ value: one, label: option(schema, one) }));
          return few ? (
            <Radio.Group
              aria-labelledby={id}
              aria-describedby={described['aria-describedby']}
              disabled={still}
              value={text}
              options={options}
              optionType="button"
              onChange={(event) => onChange(event.target.value)}
            />
          ) : (
            <Select
              {...common}
              {...described}
              allowClear={!required}
              value={text === '' ? null : text}
              options={options}
              placeholder={t('form.choose')}
              onChange={(chosen: string | null | undefined) => onChange(chosen ?? undefined)}
            />
          );
        }
        if (schema['x-multiline']) {
          return (
            <Input.TextArea
              {...common}
              {...described}
              value={text}
              rows={3}
              maxLength={schema.maxLength ?? 20_000}
              onChange={(event) => onChange(event.target.value)}
            />
          );
        }
        if (schema['x-person'] && known.length > 0) {
          return (
            <AutoComplete
              {...common}
              {...described}
              value={text}
              maxLength={schema.maxLength ?? 50}
              options={known.filter((name) => name !== text && name.includes(text.trim())).map((name) => ({ value: name }))}
              onChange={(name: string | undefined) => onChange(name ?? '')}
            />
          );
        }
        const kind = schema.format === 'date' ? 'date' : isTime(schema) ? 'time' : 'text';
        return (
          <Input
            {...common}
            {...described}
            type={kind}
            value={text}
            maxLength={kind === 'text' ? (schema.maxLength ?? 200) : undefined}
            placeholder={kind === 'text' ? schema['x-example'] : undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        );
      }}
    </Row>
  );
}

function Count(props: FieldProps<NumberSchema>) {
  const { schema, value, still, required, onChange } = props;
  const id = useId();
  const shown = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return (
    <Row props={props} id={id}>
      {(described) => (
        <Input
          {...described}
          id={id}
          className="count"
          disabled={still}
          required={required}
          inputMode="numeric"
          autoComplete="off"
          value={shown}
          max={schema.maximum}
          onChange={(event) => onChange(number(event.target.value))}
        />
      )}
    </Row>
  );
}

/** A number as people write it, full width too; what is none stays as it was written, for the server to say so. */
export function number(text: string): number | string | undefined {
  const plain = halfWidth(text).trim();
  if (plain === '') return undefined;
  return /^-?\d{1,9}$/.test(plain) ? Number(plain) : text;
}

function Yes(props: FieldProps) {
  const { schema, pointer, value, still, marks, onChange } = props;
  const id = useId();
  const hint = help(schema);
  return (
    <div className="field" data-pointer={pointer}>
      <Checkbox disabled={still} checked={value === true} aria-describedby={`${id}-said`} onChange={(event) => onChange(event.target.checked || undefined)}>
        {label(schema)}
      </Checkbox>
      <div id={`${id}-said`}>
        {hint && <p className="hint">{hint}</p>}
        {(marks.get(pointer) ?? []).map(({ tone, text }) => (
          <p key={text} className={`mark ${tone}`}>
            {text}
          </p>
        ))}
      </div>
    </div>
  );
}
