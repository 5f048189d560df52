import { Alert, Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery, useSubscription } from 'urql';
import { type Content, fields, type GroupSchema, label } from '../../form/schema';
import { day } from '../../frame/moment';
import { Loading } from '../../frame/state';
import { type Draft, writingOf } from './draft';
import { RecordMovedDocument, RecordWholeDocument } from './gen/graphql';

const told = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));

interface WatchedProps {
  readonly id: string;
  readonly form: GroupSchema;
  readonly draft: Draft;
}

/** One's own step is told by its answer and by the stream, in either order. */
const ECHO = 700;

/** Tells at once when somebody else has changed the same draft. */
export function Watched({ id, form, draft }: WatchedProps) {
  const [{ data }] = useSubscription({ query: RecordMovedDocument, variables: { record: id } });
  const newest = data?.recordChanged?.rev ?? 0;
  const [heard, setHeard] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setHeard(newest), ECHO);
    return () => clearTimeout(timer);
  }, [newest]);
  const behind = draft.rev !== null && heard > draft.rev && draft.saving !== 'saving';
  return draft.saving === 'conflict' || behind ? <Conflict id={id} form={form} draft={draft} /> : null;
}

/** Somebody else has saved the same draft: what differs, field by field, and whose shall stand. Nothing is written over silently. */
function Conflict({ id, form, draft }: WatchedProps) {
  const { t } = useTranslation();
  const [{ data, fetching }] = useQuery({ query: RecordWholeDocument, variables: { id }, requestPolicy: 'network-only' });
  const theirs = data?.record;
  if (!theirs) return fetching ? <Loading /> : null;
  const other = theirs.content as Content;
  const { writing } = draft;
  const beside = (
    [
      ['record.title', writing.title, theirs.title],
      ['record.day', day(writing.occurredOn), day(theirs.occurredOn)],
      ['record.tags', writing.tags.join('、'), theirs.tags.join('、')],
      ['record.confidentiality', t(`record.grade.${writing.confidentiality}`), t(`record.grade.${theirs.confidentiality}`)],
    ] as const
  ).filter(([, mine, other]) => mine !== other);
  const differing = fields(form).filter(([name]) => told(other[name]) !== told(writing.content[name]));
  return (
    <Alert
      type="warning"
      showIcon
      title={t('conflict.title')}
      description={
        <>
          <table className="differences">
            <thead>
              <tr>
                <th>{t('conflict.field')}</th>
                <th>{t('conflict.mine')}</th>
                <th>{t('conflict.theirs')}</th>
              </tr>
            </thead>
            <tbody>
              {beside.map(([words, mine, other]) => (
                <tr key={words}>
                  <th>{t(words)}</th>
                  <td>{mine}</td>
                  <td>{other}</td>
                </tr>
              ))}
              {differing.map(([name, field]) => (
                <tr key={name}>
                  <th>{label(field)}</th>
                  <td>{told(writing.content[name])}</td>
                  <td>{told(other[name])}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="ways">
            <Button onClick={() => draft.takeOver(theirs.rev, writingOf(theirs))}>{t('conflict.takeTheirs')}</Button>
            <Button danger onClick={() => draft.takeOver(theirs.rev)}>
              {t('conflict.keepMine')}
            </Button>
          </div>
        </>
      }
    />
  );
}
