import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Mark, Marks } from './mark';
import { type Content, fields, type GroupSchema, label, option, type Schema } from './schema';

interface ShowProps {
  readonly schema: GroupSchema;
  readonly content: Content;
  readonly marks: Marks;
  /** What stands below each value; where it is given, what was left empty is there too. */
  readonly beside?: ((pointer: string) => ReactNode) | undefined;
}

/** A content as it is read and printed: what was left empty is not there. */
export function Show({ schema, content, marks, beside }: ShowProps) {
  return <Part schema={schema} value={content} pointer="" marks={marks} beside={beside} />;
}

interface PartProps<S extends Schema = Schema> {
  readonly schema: S;
  readonly value: unknown;
  readonly pointer: string;
  readonly marks: Marks;
  readonly beside: ShowProps['beside'];
}

/** Is something said at a pointer, or within it? */
function isMarked(marks: Marks, pointer: string): boolean {
  return [...marks.keys()].some((one) => one === pointer || one.startsWith(`${pointer}/`));
}

function Part({ schema, value, pointer, marks, beside }: PartProps<GroupSchema>) {
  const now = typeof value === 'object' && value !== null ? (value as Content) : {};
  const there = fields(schema).filter(([name]) => beside !== undefined || now[name] !== undefined || isMarked(marks, `${pointer}/${name}`));
  return (
    <dl className="content">
      {there.map(([name, field]) => (
        <div key={name} data-pointer={`${pointer}/${name}`} className={field.type === 'array' || field.type === 'object' ? 'wide' : ''}>
          <dt>{label(field)}</dt>
          <dd>
            <Value schema={field} value={now[name]} pointer={`${pointer}/${name}`} marks={marks} beside={beside} />
            <Marked marks={marks.get(`${pointer}/${name}`)} />
            {beside?.(`${pointer}/${name}`)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What is said at a value. */
export function Marked({ marks }: { readonly marks: readonly Mark[] | undefined }) {
  return marks?.map(({ tone, text }) => (
    <p key={text} className={`mark ${tone}`}>
      {text}
    </p>
  ));
}

function Value({ schema, value, pointer, marks, beside }: PartProps) {
  const { t } = useTranslation();
  const none = value === undefined || value === null;
  if (none && !(schema.type === 'object' && isMarked(marks, pointer))) return <span className="empty">{t('form.empty')}</span>;
  switch (schema.type) {
    case 'object':
      return <Part schema={schema} value={value} pointer={pointer} marks={marks} beside={beside} />;
    case 'array': {
      const items: readonly unknown[] = Array.isArray(value) ? value : [];
      const { items: of } = schema;
      if (of.type !== 'object') return <>{items.map((item) => (of.type === 'string' && of.enum ? option(of, String(item)) : String(item))).join('、')}</>;
      return (
        <ol>
          {items.map((item, n) => (
            <li key={n}>
              <Part schema={of} value={item} pointer={`${pointer}/${n}`} marks={marks} beside={beside} />
              <Marked marks={marks.get(`${pointer}/${n}`)} />
              {beside?.(`${pointer}/${n}`)}
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
