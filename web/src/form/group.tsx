import { Field, type FieldProps } from './field';
import { fields, type GroupSchema, label } from './schema';

/** Fields that belong together. */
export function Group({ schema, pointer, value, marks, still, onChange }: FieldProps<GroupSchema>) {
  const now = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const inner = fields(schema).map(([name, field]) => (
    <Field
      key={name}
      schema={field}
      pointer={`${pointer}/${name}`}
      required={schema.required?.includes(name) === true}
      value={now[name]}
      marks={marks}
      still={still}
      onChange={(next) => onChange({ ...now, [name]: next })}
    />
  ));
  if (pointer === '' || /\/\d+$/.test(pointer)) return <div className="group">{inner}</div>;
  return (
    <fieldset className="group" data-pointer={pointer}>
      <legend>{label(schema)}</legend>
      {(marks.get(pointer) ?? []).map(({ tone, text }) => (
        <p key={text} className={`mark ${tone}`}>
          {text}
        </p>
      ))}
      {inner}
    </fieldset>
  );
}
