import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input, Select } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '../frame/ask';
import { Field, type FieldProps, Row } from './field';
import { personOf, useKnownPeople } from './known';
import { help, label, type ListSchema, option, pruned, type TextSchema } from './schema';

/** Things one below the other: agenda items, absent persons. */
export function List({ schema, pointer, value, marks, still, onChange }: FieldProps<ListSchema>) {
  const { t } = useTranslation();
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const hint = help(schema);
  const { asked, ask } = useAsk();
  /** What has something in it is asked for before it goes. */
  const remove = (gone: unknown, what: string): void => {
    const go = async (): Promise<void> => {
      onChange(items.filter((item) => item !== gone));
      await Promise.resolve();
    };
    if (holds(gone) > 1) ask(t('form.removeSure', { what }), go, true);
    else void go();
  };
  const put = (n: number, next: unknown): void => onChange(items.map((item, at) => (at === n ? next : item)));
  const swap = (n: number, other: number): void =>
    onChange(items.map((item, at) => (at === n ? items[other] : at === other ? items[n] : item)));
  return (
    <fieldset className="list" data-pointer={pointer}>
      <legend>{label(schema)}</legend>
      {hint && <p className="hint">{hint}</p>}
      {(marks.get(pointer) ?? []).map(({ tone, text }) => (
        <p key={text} className={`mark ${tone}`}>
          {text}
        </p>
      ))}
      {asked}
      {!still && <Roll schema={schema} items={items} onChange={onChange} remove={remove} />}
      <ol>
        {items.map((item, n) => (
          <li key={n}>
            <div className="item-head">
              <strong>{`${label(schema.items)} ${n + 1}`}</strong>
              {!still && (
                <span>
                  <Button
                    type="text"
                    icon={<ArrowUpOutlined />}
                    aria-label={t('form.up', { n: n + 1 })}
                    disabled={n === 0}
                    onClick={() => swap(n, n - 1)}
                  />
                  <Button
                    type="text"
                    icon={<ArrowDownOutlined />}
                    aria-label={t('form.down', { n: n + 1 })}
                    disabled={n === items.length - 1}
                    onClick={() => swap(n, n + 1)}
                  />
                  <Button
                    type="text"
                    danger
                    icon={<DeleteOutlined />}
                    aria-label={t('form.remove', { n: n + 1 })}
                    onClick={() => remove(item, `${label(schema.items)} ${String(n + 1)}`)}
                  />
                </span>
              )}
            </div>
            <Field
              schema={schema.items}
              pointer={`${pointer}/${n}`}
              required={false}
              value={item}
              marks={marks}
              still={still}
              onChange={(next) => put(n, next)}
            />
          </li>
        ))}
      </ol>
      {!still && items.length < (schema.maxItems ?? 500) && (
        <Button icon={<PlusOutlined />} onClick={() => onChange([...items, {}])}>
          {t('form.add', { what: label(schema.items) })}
        </Button>
      )}
    </fieldset>
  );
}

/** As many as are still looked through at a glance; of more, the names are found by writing them. */
const GLANCE = 60;

interface RollProps {
  readonly schema: ListSchema;
  readonly items: readonly unknown[];
  readonly onChange: (value: unknown) => void;
  readonly remove: (item: unknown, what: string) => void;
}

/** How many fields are filled in. */
const holds = (item: unknown): number => (typeof item === 'object' && item !== null ? Object.keys((pruned(item) as object | undefined) ?? {}).length : 0);

/** People who are known, to be put on the list or taken off again by a touch. */
function Roll({ schema, items, onChange, remove }: RollProps) {
  const { t } = useTranslation();
  const known = useKnownPeople();
  const person = personOf(schema.items);
  if (!person || known.length === 0 || known.length > GLANCE) return null;
  const named = (item: unknown): unknown => (typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>)[person] : undefined);
  const listed = new Set(items.map(named));
  return (
    <div className="roll" role="group" aria-label={t('form.roll', { what: label(schema) })}>
      {known.map((name) => (
        <Button
          key={name}
          size="small"
          shape="round"
          type={listed.has(name) ? 'primary' : 'default'}
          aria-pressed={listed.has(name)}
          onClick={() => {
            const there = items.find((item) => named(item) === name);
            if (there !== undefined) remove(there, name);
            else onChange([...items.filter((item) => holds(item) > 0), { [person]: name }]);
          }}
        >
          {name}
        </Button>
      ))}
    </div>
  );
}

/** Several of a few. */
export function Choices(props: FieldProps<ListSchema> & { readonly of: TextSchema }) {
  const { of, value, still, onChange } = props;
  const id = useId();
  return (
    <Row props={props} id={id} group>
      {(described) => (
        <Checkbox.Group
          aria-labelledby={id}
          aria-describedby={described['aria-describedby']}
          disabled={still}
          value={Array.isArray(value) ? value.map(String) : []}
          options={(of.enum ?? []).map((one) => ({ value: one, label: option(of, one) }))}
          onChange={(chosen) => onChange(chosen.length === 0 ? undefined : chosen)}
        />
      )}
    </Row>
  );
}

/** Names, as people write them down: parted by a comma of whatever kind, or each on its line; people who are known are picked. */
export function Names(props: FieldProps<ListSchema>) {
  const { items } = props.schema;
  const known = useKnownPeople();
  const people = items.type === 'string' && items['x-person'] === true && known.length > 0;
  return people ? <Picked props={props} known={known} /> : <Written {...props} />;
}

function Picked({ props, known }: { readonly props: FieldProps<ListSchema>; readonly known: readonly string[] }) {
  const { value, still, onChange } = props;
  const { t } = useTranslation();
  const id = useId();
  return (
    <Row props={props} id={id}>
      {(described) => (
        <Select<string[]>
          {...described}
          id={id}
          mode="tags"
          disabled={still}
          value={Array.isArray(value) ? value.map(String) : []}
          options={known.map((name) => ({ value: name }))}
          tokenSeparators={[...PARTS]}
          placeholder={t('form.pickNames')}
          onChange={(chosen) => {
            const parted = names(chosen.join('、'));
            onChange(parted.length === 0 ? undefined : parted);
          }}
        />
      )}
    </Row>
  );
}

function Written(props: FieldProps<ListSchema>) {
  const { value, still, onChange } = props;
  const { t } = useTranslation();
  const id = useId();
  const given = Array.isArray(value) ? value.join('、') : '';
  const [text, setText] = useState(given);
  const known = names(text).join('、') === given ? text : given;
  return (
    <Row props={props} id={id}>
      {(described) => (
        <Input.TextArea
          {...described}
          id={id}
          disabled={still}
          value={known}
          rows={1}
          placeholder={t('form.names')}
          onChange={(event) => {
            setText(event.target.value);
            const parted = names(event.target.value);
            onChange(parted.length === 0 ? undefined : parted);
          }}
        />
      )}
    </Row>
  );
}

const PARTS = ['、', '，', ',', ';', '；', '\n'] as const;

export function names(text: string): readonly string[] {
  return text
    .split(/[、，,;；\n]+/u)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
