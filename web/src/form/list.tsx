import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Input } from 'antd';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field, type FieldProps, Row } from './field';
import { help, label, type ListSchema, option, type TextSchema } from './schema';

/** Things one below the other: agenda items, absent persons. */
export function List({ schema, pointer, value, marks, still, onChange }: FieldProps<ListSchema>) {
  const { t } = useTranslation();
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const hint = help(schema);
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
                    onClick={() => onChange(items.filter((_, at) => at !== n))}
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

/** Names, as people write them down: parted by a comma of whatever kind, or each on its line. */
export function Names(props: FieldProps<ListSchema>) {
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

export function names(text: string): readonly string[] {
  return text
    .split(/[、，,;；\n]+/u)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
