import { useTranslation } from 'react-i18next';
import type { Mark, Marks } from './mark';
import { type Content, fields, type GroupSchema, label, option, type Schema } from './schema';

/** A content as it is read and printed: what was left empty is not there. */
export function Show({ schema, content, marks }: { readonly schema: GroupSchema; readonly content: Content; readonly marks: Marks }) {
  return <Part schema={schema} value={content} pointer="" marks={marks} />;
}

interface PartProps<S extends Schema = Schema> {
  readonly schema: S;
  readonly value: unknown;
  readonly pointer: string;
  readonly marks: Marks;
}

function Part({ schema, value, pointer, marks }: PartProps<GroupSchema>) {
  const now = typeof value === 'object' && value !== null ? (value as Content) : {};
  const there = fields(schema).filter(([name]) => now[name] !== undefined || marks.has(`${pointer}/${name}`));
  return (
    <dl className="content">
      {there.map(([name, field]) => (
        <div key={name} data-pointer={`${pointer}/${name}`} className={field.type === 'array' || field.type === 'object' ? 'wide' : ''}>
          <dt>{label(field)}</dt>
          <dd>
            <Value schema={field} value={now[name]} pointer={`${pointer}/${name}`} marks={marks} />
            <Said marks={marks.get(`${pointer}/${name}`)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Said({ marks }: { readonly marks: readonly Mark[] | undefined }) {
  return marks?.map(({ tone, text }) => (
    <p key={text} className={`mark ${tone}`}>
      {text}
    </p>
  ));
}

function Value({ schema, value, pointer, marks }: PartProps) {
  const { t } = useTranslation();
  if (value === undefined || value === null) return <span className="empty">{t('form.empty')}</span>;
  switch (schema.type) {
    case 'object':
      return <Part schema={schema} value={value} pointer={pointer} marks={marks} />;
    case 'array': {
      const items: readonly unknown[] = Array.isArray(value) ? value : [];
      const { items: of } = schema;
      if (of.type !== 'object') return <>{items.map((item) => (of.type === 'string' && of.enum ? option(of, String(item)) : String(item))).join('、')}</>;
      return (
        <ol>
          {items.map((item, n) => (
            <li key={n}>
              <Part schema={of} value={item} pointer={`${pointer}/${n}`} marks={marks} />
              <Said marks={marks.get(`${pointer}/${n}`)} />
            </li>
          ))}
        </ol>
      );
    }
    case 'boolean':
      return <>{t(value === true ? 'form.yes' : 'form.no')}</>;
    case 'string': {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return <span className="text">{schema.enum ? option(schema, text) : text}</span>;
    }
    case 'integer':
    case 'number':
      return <span className="number">{typeof value === 'number' ? value : JSON.stringify(value)}</span>;
  }
}
